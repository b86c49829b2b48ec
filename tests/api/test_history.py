"""GET /api/v1/requests/{id}/events/."""

from audit.models import Event
from tests.plugins.world import Person, World


def test_the_history_is_told_as_the_ledger_has_it(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    carol.client.post(f"/api/v1/requests/{request.id}/deny/", {"comment": "not now"})

    told = alice.client.get(f"/api/v1/requests/{request.id}/events/").json()["results"]

    assert [(one["seq"], one["type"], one["status"], one["actor"], one["door"]) for one in told] == [
        (1, "request.submitted", "submitted", "alice", "rest"),
        (2, "request.review_opened", "awaiting_approval", "worker", "worker"),
        (3, "request.denied", "denied", "carol", "rest"),
    ]
    assert (told[0]["data"]["action"], told[2]["data"]["comment"]) == ("boundary.set", "not now")
    hashes = Event.objects.filter(stream=request.id).order_by("seq").values_list("hash", flat=True)
    assert [one["hash"] for one in told] == [bytes(one).hex() for one in hashes]


def test_a_long_history_comes_page_by_page(world: World, alice: Person) -> None:
    request = world.waiting(alice)

    first = alice.client.get(f"/api/v1/requests/{request.id}/events/?page_size=1").json()
    second = alice.client.get(first["next"]).json()

    assert [one["seq"] for one in first["results"] + second["results"]] == [1, 2]
    assert second["next"] is None
