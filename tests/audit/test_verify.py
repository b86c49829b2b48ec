"""Whether a ledger is whole, from records alone: every way of altering it is named."""

from dataclasses import replace

import pytest

from audit import canonical, keys
from audit.records import EventBody
from tests.audit.scenes import head_of, ledger, signed

ONE, TWO = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2))
COVERS_OTHERS = "checkpoint 1: the events that it covers are not the ones that it was made over"


def test_a_whole_ledger_has_no_faults() -> None:
    whole = ledger()
    report = whole.verified(published=whole.checkpoints, heads=[head_of(whole.events[2]), head_of(whole.events[5])])

    assert report.faults == []
    assert (report.events, report.streams, report.checkpoints, report.uncovered, report.unsigned) == (6, 2, 2, 1, False)


def test_an_altered_body_is_named() -> None:
    whole = ledger()
    body = bytes.fromhex(whole.events[1].body).replace(b'"number":2', b'"number":9')

    assert whole.altered(1, body=body.hex()).faults() == [
        f"event {ONE} #2 (thing.changed): its body was altered, it does not have the hash that was recorded"
    ]


def test_a_body_that_was_altered_together_with_its_hash_breaks_the_chain_and_the_checkpoint() -> None:
    whole = ledger()
    body = bytes.fromhex(whole.events[1].body).replace(b'"number":2', b'"number":9')
    digest = canonical.digest_of_bytes(body).removeprefix("sha256:")

    assert whole.altered(1, body=body.hex(), hash=digest).faults() == [
        f"event {ONE} #3 (thing.changed): it does not follow the event before it",
        COVERS_OTHERS,
    ]


def test_a_body_that_is_not_ours_is_a_fault_and_no_crash() -> None:
    body = b"[]"
    digest = canonical.digest_of_bytes(body).removeprefix("sha256:")

    assert ledger().altered(5, body=body.hex(), hash=digest).faults() == [
        f"event {TWO} #3 (thing.changed): its body is not one that this ledger writes"
    ]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("type", "thing.made", "thing.changed"),
        ("status", "approved", ""),
        ("at", "2026-11-23T13:00:00.000000Z", "2026-11-23T12:00:00.000000Z"),
        ("door", "slack", "rest"),
        ("actor_name", "bob", "alice"),
        ("actor_id", None, "00000000-0000-0000-0000-000000000007"),
    ],
)
def test_an_altered_column_is_named_with_what_it_was(column: str, value: str | None, told: str) -> None:
    (fault,) = ledger().altered(4, **{column: value}).faults()

    assert fault.endswith(f": its column {column} was altered, the body says {told!r}")


def test_every_column_of_a_record_is_told_by_the_body_or_checked_otherwise() -> None:
    record = ledger().events[0]
    repeated = {"stream", "seq", "type", "status", "door", "at", "actor_id", "actor_name"}

    assert set(type(record).model_fields) - repeated == {"record", "body", "hash", "checkpoint"}
    assert {"stream", "seq", "type", "status", "door", "at", "actor"} < set(EventBody.model_fields)


def test_a_removed_event_in_the_middle_is_missed_by_its_stream_and_its_checkpoint() -> None:
    assert ledger().without(1).faults() == [
        f"event {ONE} #3 (thing.changed): event #2 of its stream is missing",
        "checkpoint 1: it was made over 3 events, 2 are there",
    ]


def test_a_removed_last_event_is_missed_by_the_row_that_it_belongs_to() -> None:
    whole = ledger()
    cut = whole.without(5)

    assert cut.faults() == []
    assert cut.faults(heads=[head_of(whole.events[5])]) == [
        f"thing {TWO}: it says that its last event is #3, the ledger ends with #2, or with another hash"
    ]


def test_a_removed_stream_is_missed_by_the_row_that_it_belongs_to() -> None:
    whole = ledger()
    gone = replace(whole, events=whole.events[:3])

    assert gone.faults(heads=[head_of(whole.events[5])])[-1] == (
        f"thing {TWO}: it says that its last event is #3, the ledger ends with no event, or with another hash"
    )


def test_a_removed_checkpoint_in_the_middle_is_missed() -> None:
    whole = ledger()

    assert replace(whole, checkpoints=whole.checkpoints[1:]).faults() == [
        "checkpoint 2: checkpoint 1 is missing",
        "checkpoint 1: it covers 3 events, but is missing",
    ]


def test_a_removed_last_checkpoint_is_missed_by_its_events_and_by_who_was_told_of_it() -> None:
    whole = ledger()

    assert replace(whole, checkpoints=whole.checkpoints[:1]).faults(published=whole.checkpoints) == [
        "checkpoint 2: it covers 2 events, but is missing",
        "checkpoint 2: it was published, but is not in the ledger",
    ]


def test_an_altered_checkpoint_has_a_wrong_signature_and_the_next_does_not_follow_it() -> None:
    whole = ledger()
    first = whole.checkpoints[0].model_copy(update={"at": "2026-11-23T11:00:00.000000Z"})

    assert replace(whole, checkpoints=[first, whole.checkpoints[1]]).faults() == [
        "checkpoint 1: its signature is wrong",
        "checkpoint 2: it does not follow the checkpoint before it",
    ]


def test_a_checkpoint_that_was_made_anew_with_another_key_is_not_trusted() -> None:
    whole, other = ledger(), keys.new_private_key()
    forged = signed(2, [event.hash for event in whole.events if event.checkpoint == 2], whole.checkpoints[:1], other)

    assert replace(whole, checkpoints=[whole.checkpoints[0], forged]).faults() == [
        f"checkpoint 2: it was signed with the key {forged.key}, which is not among the trusted ones"
    ]


def test_a_ledger_that_was_rewritten_with_the_right_key_is_not_the_one_that_was_published() -> None:
    whole = ledger()
    shorter = whole.without(2)
    rewritten = replace(shorter, checkpoints=[whole.checkpoints[0], signed(2, [whole.events[4].hash], whole.checkpoints[:1])])

    assert rewritten.faults() == []
    assert rewritten.faults(published=whole.checkpoints) == ["checkpoint 2: it is not the one that was published"]


def test_without_any_key_the_signatures_are_left_unchecked_and_the_report_says_so() -> None:
    report = ledger().verified(public_keys=[])

    assert (report.faults, report.unsigned) == ([], True)
