"""`manage.py load_policies PATH`: at once into an empty table, else as requests that the owners decide; again changes nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from autonomy.models import ActionRequest
from guidance.models import Policy
from tests.approvals.scenes import approve, executed
from tests.plugins.world import Person, World
from tests.policies.scenes import body, changed, history, stages


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "on-call.yaml").write_text(body())
    (tmp_path / "owned.yaml").write_text(body("owned", owner="platform-admins"))
    return tmp_path


def load(path: Path, *arguments: str) -> list[str]:
    out = StringIO()
    call_command("load_policies", str(path), *arguments, stdout=out)
    return out.getvalue().splitlines()


def refused_load(path: Path, name: str) -> list[str]:
    """What is said of each policy where the command fails because of one."""
    out = StringIO()
    with pytest.raises(CommandError, match="of these policies could not be asked for"):
        call_command("load_policies", str(path), "--as", name, stdout=out)
    return out.getvalue().splitlines()


def test_an_empty_table_is_filled_at_once(world: World, folder: Path) -> None:
    Policy.objects.all().delete()

    assert load(folder) == ["Policy on-call", "Policy owned"]

    assert list(Policy.objects.values_list("slug", "version", "owner_id", "enforcement")) == [
        ("on-call", "1.0.0", "security", "soft-mandatory"),
        ("owned", "1.0.0", "platform-admins", "soft-mandatory"),
    ]
    assert history(Policy.objects.get(slug="on-call")) == ["Policy.loaded"]
    assert load(folder) == ["Policy on-call: as it is in force", "Policy owned: as it is in force"]


def test_what_nobody_here_could_own_is_left_out(world: World, tmp_path: Path) -> None:
    Policy.objects.all().delete()
    (tmp_path / "on-call.yaml").write_text(body(owner="nobody"))

    assert load(tmp_path) == ["Policy on-call: left out, there is no group nobody"]
    assert not Policy.objects.exists()


def test_what_auditors_would_own_is_left_out(world: World, tmp_path: Path) -> None:
    Policy.objects.all().delete()
    (tmp_path / "on-call.yaml").write_text(body(owner="auditors"))

    (line,) = load(tmp_path)

    assert line.startswith("Policy on-call: left out, ")
    assert line.endswith("auditors read everything and change nothing: name another group")
    assert not Policy.objects.exists()


def test_what_is_called_as_something_else_here_is_left_out(world: World, tmp_path: Path) -> None:
    Policy.objects.all().delete()
    (tmp_path / "reports.yaml").write_text(body("reports"))

    (line,) = load(tmp_path)

    assert line.endswith("reports.yaml:3:18: 'reports' is an address of the interface: choose another name")
    assert not Policy.objects.exists()


def test_else_somebody_asks_for_them_and_their_owners_decide(world: World, folder: Path, carol: Person, dave: Person) -> None:
    lines = load(folder, "--as", "alice")

    on_call, owned = ActionRequest.objects.order_by("name")
    assert lines == [
        f"Policy on-call: asked for, request {on_call.id} waits for its owners",
        f"Policy owned: asked for, request {owned.id} waits for its owners",
    ]
    assert (on_call.requester_name, on_call.door, on_call.reason) == ("alice", "command", "Loaded from on-call.yaml")
    assert not Policy.objects.filter(slug__in=["on-call", "owned"]).exists()
    assert stages(executed(world, on_call)) == {"platform-admins": 1, "security": 1}
    approve(on_call, carol, dave)
    world.work()
    assert Policy.objects.get(slug="on-call").source == body()


def test_loading_again_asks_for_nothing_twice(world: World, folder: Path) -> None:
    load(folder, "--as", "alice")
    world.work()

    lines = load(folder, "--as", "alice")

    assert ActionRequest.objects.count() == 2
    assert [line.partition("request")[0] for line in lines] == ["Policy on-call: asked for already, ", "Policy owned: asked for already, "]
    assert all(line.endswith("is awaiting_approval") for line in lines)


def test_what_was_denied_or_has_changed_is_asked_for_again(world: World, folder: Path) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    (folder / "on-call.yaml").write_text(body(version="1.1.0"))
    (folder / "owned.yaml").unlink()

    (line,) = load(folder, "--as", "alice")

    assert line.startswith("Policy on-call: asked for, request ")
    assert ActionRequest.objects.latest("created_at").parameters == {"source": body(version="1.1.0")}


def test_what_cannot_be_asked_for_is_said_and_the_others_are(world: World, folder: Path) -> None:
    changed(world, "on-call", "carol", "dave", source=body(version="2.0.0"))

    refused, asked_for = refused_load(folder, "alice")

    wrong = "the body differs from the one in force, which is 2.0.0 already: give it a greater version"
    assert refused == f"Policy on-call: refused, on-call.yaml:9:12: {wrong}"
    assert asked_for.startswith("Policy owned: asked for, request ")


def test_without_a_name_nobody_asks(world: World, folder: Path) -> None:
    with pytest.raises(CommandError, match="name with --as USERNAME who asks for on-call, owned"):
        load(folder)

    assert ActionRequest.objects.count() == 0


@pytest.mark.parametrize("name", ["nobody", "gina"])
def test_who_may_not_ask(world: World, folder: Path, name: str) -> None:
    if name == "gina":
        assert all(": refused, gina is in no team" in line for line in refused_load(folder, name))
    else:
        with pytest.raises(CommandError, match="There is no active account 'nobody'"):
            load(folder, "--as", name)

    assert ActionRequest.objects.count() == 0


def test_a_folder_with_something_wrong_changes_nothing_and_says_all_of_it(world: World, folder: Path) -> None:
    Policy.objects.all().delete()
    events = Event.objects.count()
    (folder / "broken.yaml").write_text(body("broken", expression="object.metadata.name =="))
    (folder / "untrue.yaml").write_text(body("untrue", expression="size('a') == 1"))

    with pytest.raises(CommandError) as refused:
        load(folder)

    broken, untrue = str(refused.value).splitlines()
    assert broken.startswith(f"{folder}/broken.yaml:16:")
    assert untrue.startswith(f"{folder}/untrue.yaml:24:")
    assert (Policy.objects.count(), Event.objects.count()) == (0, events)
