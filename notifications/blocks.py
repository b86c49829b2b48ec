"""Pure: the pieces of Block Kit that we use, and Slack's limits. Lengths are in characters, of the text as it is sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

Block = Mapping[str, object]

SECTION = 3000
FIELD = 2000
HEADER = 150
CONFIRM = 300
MESSAGE_BLOCKS, MESSAGE_CHARACTERS = 50, 12_800
"""Slack takes about 13,200 characters and does not say how it counts: this leaves some room."""
MODAL_BLOCKS, MODAL_BYTES = 100, 240_000
FENCE = "```"


def escape(text: str) -> str:
    """Slack's three control characters, so that no text can mention people or hide a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    inside = escape(" ".join(text.split())).replace("`", "'")
    return f"`{inside}`"


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def link(url: str, label: str) -> str:
    return f"<{url}|{escape(label).replace('|', '¦')}>"


def moment(at: datetime) -> str:
    """A time in each reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}, {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """Verbatim: what looks like an address, a channel or a mention stays text, whoever wrote it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(shortened(" ".join(text.split()), HEADER))}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text), "expand": True}


def fields(texts: Sequence[str]) -> Block:
    return {"type": "section", "fields": [mrkdwn(text) for text in texts]}


def context(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text)]}


DIVIDER: Block = {"type": "divider"}


def sections(lines: Sequence[str], *, before: str = "", after: str = "") -> list[Block]:
    """As many sections as these lines need, each within its limit, each between `before` and `after`."""
    return [section(f"{before}{part}{after}") for part in _parts(lines, SECTION - len(before) - len(after))]


def quoted(text: str) -> list[str]:
    """The lines of a text that somebody wrote, marked as a quotation; long ones are broken."""
    lines = [line[start : start + 500] for line in text.splitlines() for start in range(0, max(len(line), 1), 500)]
    return [f"&gt; {escape(line)}" for line in lines]


def fenced(text: str) -> list[Block] | None:
    """The text in a fixed font, line by line as it is; None when a line is too long for a section.

    Three backticks would end the fence, and what follows would pass for our own words: an invisible joint keeps them apart.
    """
    lines = [escape(line).replace("```", "`\u2060`\u2060`") for line in text.splitlines()]
    if any(len(line) > SECTION - 2 * len(FENCE) - 2 for line in lines):
        return None
    return sections(lines, before=f"{FENCE}\n", after=f"\n{FENCE}")


def counts(difference: str) -> str:
    """How much a unified difference adds and removes."""
    lines = difference.splitlines()[2:]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return f"{added} line{'' if added == 1 else 's'} added, {removed} removed"


def _parts(lines: Sequence[str], length: int) -> Iterator[str]:
    part: list[str] = []
    size = 0
    for line in lines:
        if part and size + len(line) + 1 > length:
            yield "\n".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line) + 1
    if part:
        yield "\n".join(part)


def button(action_id: str, text: str, *, value: str = "", style: str = "", url: str = "", confirm: Block | None = None) -> Block:
    optional = {"value": value, "style": style, "url": url, "confirm": confirm}
    return {"type": "button", "action_id": action_id, "text": plain(text)} | {name: given for name, given in optional.items() if given}


def confirmation(title: str, text: str, *, yes: str) -> Block:
    said = mrkdwn(shortened(text, CONFIRM))
    return {"title": plain(title), "text": said, "confirm": plain(yes), "deny": plain("Not yet"), "style": "primary"}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "block_id": "decide", "elements": list(elements)}


def entry(name: str, label: str, *, optional: bool, hint: str = "") -> Block:
    """A field for text of several lines; `name` is its block id and its action id."""
    element = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": 2000}
    block = {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}
    return block | ({"hint": plain(hint)} if hint else {})


def fits_message(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MESSAGE_BLOCKS and len(_compact(blocks)) <= MESSAGE_CHARACTERS


def fits_modal(view: Mapping[str, object], blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MODAL_BLOCKS and len(_compact(view).encode()) <= MODAL_BYTES


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
