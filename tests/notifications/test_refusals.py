"""What moved between two plans, in the room that Slack has: all of it, else the lines near a change, else their number."""

from approvals.errors import PlanChanged
from notifications import blocks as kit
from notifications.refusals import over_the_form, whisper

PAGE = "<https://daf.example/admin/requests/1/|the request's page>"


def plan_changed(moved: str | None) -> PlanChanged:
    return PlanChanged("Plan 1 was replaced by plan 2.", seen="sha256:1", current="sha256:2", moved=moved)


def difference(lines: int, *changed: int) -> str:
    """Of two plans with so many lines, of which these differ."""
    both = [[f"-line {number}: old", f"+line {number}: new"] if number in changed else [f" line {number}"] for number in range(lines)]
    return "\n".join(["--- before", "+++ after", *(line for pair in both for line in pair)]) + "\n"


def texts(blocks: object) -> list[str]:
    assert isinstance(blocks, list)
    return [block["text"]["text"] for block in blocks]


def test_a_short_one_is_shown_whole() -> None:
    said = whisper(plan_changed(difference(9, 4)), PAGE)

    assert said.text == "\n".join(texts(said.blocks)[i] for i in (0, -1))
    assert texts(said.blocks)[1:-1] == ["*What moved*", f"```\n{difference(9, 4)}```"]


def test_of_a_long_one_the_lines_near_a_change_are_shown() -> None:
    said = whisper(plan_changed(difference(5000, 2000)), PAGE)

    near = ["--- before", "+++ after", " line 0", " line 1", " line 2", "…", " line 1997", " line 1998", " line 1999"]
    near += ["-line 2000: old", "+line 2000: new", " line 2001", " line 2002", " line 2003", "…"]
    assert texts(said.blocks)[2] == "```\n" + "\n".join(near) + "\n```"
    assert len(said.blocks) == 4


def test_of_changes_that_no_message_holds_the_number_is_told() -> None:
    said = whisper(plan_changed(difference(5000, *range(4000))), PAGE)

    assert texts(said.blocks)[1] == "*What moved*\n4000 lines added, 4000 removed: too much for Slack."
    assert PAGE in texts(said.blocks)[2]


def test_a_line_that_no_section_holds_is_counted() -> None:
    said = whisper(plan_changed(f"--- before\n+++ after\n-{'long ' * 700}\n+short\n"), PAGE)

    assert texts(said.blocks)[1] == "*What moved*\n1 line added, 1 removed: too much for Slack."


def test_over_a_form_there_is_more_room() -> None:
    moved = difference(5000, 2000)

    view = over_the_form(plan_changed(moved), PAGE)

    assert view is not None
    assert "\n".join(texts(view["blocks"])[2:-1]).replace("\n```\n```", "") == f"```\n{moved}```"


def test_everything_fits_at_every_length() -> None:
    for lines in range(100, 9000, 700):
        problem = plan_changed(difference(lines, *range(0, lines, 3)))
        view = over_the_form(problem, PAGE)
        assert kit.fits_message(whisper(problem, PAGE).blocks)
        assert view is not None
        assert kit.fits_modal(view, texts(view["blocks"]))


def test_texts_that_would_mention_people_or_end_the_fence_do_not() -> None:
    said = whisper(plan_changed("--- before\n+++ after\n+<!channel> ``` *Approved*\n"), PAGE)

    fenced = texts(said.blocks)[2]
    assert "&lt;!channel&gt;" in fenced
    assert fenced.count("```") == 2


def test_where_no_plan_of_the_request_was_seen_nothing_moved() -> None:
    problem = plan_changed(None)

    assert whisper(problem, PAGE).blocks == []
    assert over_the_form(problem, PAGE) is None
