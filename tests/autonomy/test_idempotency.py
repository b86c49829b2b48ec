"""One key, one request: for a day, for one account, for one body."""

from datetime import timedelta

import pytest
from django.utils import timezone

from approvals.services.submit import submit
from autonomy.errors import IdempotencyMismatch
from autonomy.models import ActionRequest, IdempotencyKey
from autonomy.submission import Submission
from tests.autonomy.scenes import at_once
from tests.plugins.world import Person, World
from workers.sweeper import sweep_once


def restart(key: str = "k-1", fingerprint: str = "one") -> Submission:
    return Submission(
        "deployment.restart", "sandbox", "payments-dev", "api", "", {}, reason="cache", idempotency_key=key, fingerprint=fingerprint
    )


def test_the_same_again_is_the_same_request_as_it_is_now(world: World, alice: Person) -> None:
    first, replayed = submit(restart(), actor=alice.actor())
    assert not replayed

    again, replayed = submit(restart(), actor=alice.actor())

    assert (again.id, replayed) == (first.id, True)
    assert ActionRequest.objects.count() == 1


def test_another_body_with_the_same_key_is_refused_and_names_the_request(world: World, alice: Person) -> None:
    first, _ = submit(restart(), actor=alice.actor())

    with pytest.raises(IdempotencyMismatch) as refused:
        submit(restart(fingerprint="another"), actor=alice.actor())

    assert refused.value.extra == {"first_request": str(first.id)}
    assert ActionRequest.objects.count() == 1


def test_keys_belong_to_their_account(world: World, alice: Person, ci_payments: Person) -> None:
    first, _ = submit(restart(), actor=alice.actor())
    second, replayed = submit(restart(), actor=ci_payments.actor())

    assert (first.id != second.id, replayed) == (True, False)


def test_a_day_later_the_key_is_free(world: World, alice: Person) -> None:
    first, _ = submit(restart(), actor=alice.actor())
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24))

    second, replayed = submit(restart(fingerprint="another"), actor=alice.actor())

    assert (first.id != second.id, replayed) == (True, False)
    assert IdempotencyKey.objects.get().request_id == second.id


def test_old_keys_are_swept_away_and_young_ones_stay(world: World, alice: Person) -> None:
    submit(restart("old"), actor=alice.actor())
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    submit(restart("young"), actor=alice.actor())

    sweep_once()

    assert IdempotencyKey.objects.get().key == "young"


def test_a_refused_submission_does_not_use_up_its_key(world: World, alice: Person, bob: Person) -> None:
    with pytest.raises(Exception, match="payments"):
        submit(restart(), actor=bob.actor())

    assert IdempotencyKey.objects.count() == 0


def test_of_calls_at_once_one_makes_the_request_and_all_get_it(committed_world: World) -> None:
    alice = committed_world["alice"].actor()

    answers = at_once(*[lambda: submit(restart(), actor=alice)] * 6)

    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 5
    assert len({request.id for request, _ in answers}) == 1
    assert ActionRequest.objects.count() == IdempotencyKey.objects.count() == 1
    assert submit(restart(), actor=alice)[1]
