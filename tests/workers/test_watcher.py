"""Rollouts are seen through whatever happens to the watch: broken, too old, or the watcher itself is gone for a while."""

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from autonomy.models import ActionRequest
from clusters.objects import Object, Ref
from clusters.rollout import judge
from tests.approvals.scenes import altered
from tests.controlplane.polling import until
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from workers.watcher import informer, watcher
from workers.watcher.informer import Informer
from workers.watcher.watcher import Watcher

API = Ref.to("Deployment", "api", "payments-dev")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informer, "PAUSE_SECONDS", 0.02)


@pytest.fixture
def watching() -> Iterator[Callable[[], Watcher]]:
    """Starts watchers; all are stopped at the end."""
    started: list[Watcher] = []

    def start() -> Watcher:
        started.append(Watcher())
        return started[-1]

    yield start
    for one in started:
        one.stop()


Watching = Callable[[], Watcher]


def rolled_out(cluster: SandboxCluster) -> bool:
    live = cluster.gateway("admin").get(API)
    return judge(live, live["metadata"]["generation"]).state == "succeeded"


def restart(world: World, cluster: SandboxCluster) -> ActionRequest:
    until(lambda: rolled_out(cluster))
    request = world.submit(world["alice"], "deployment.restart")
    world.work()
    assert world.fresh(request).status == "running"
    return request


def ended(world: World, request: ActionRequest, by: Watcher) -> ActionRequest:
    def looked() -> ActionRequest | None:
        by.look()
        seen = world.fresh(request)
        return seen if seen.status != "running" else None

    return cast("ActionRequest", until(looked))


@pytest.mark.parametrize(
    "trouble", [{"cut": True}, {"status": 410, "message": "too old resource version"}, {"status": 503}, {"cut_after_apply": True}]
)
def test_a_watch_that_breaks_misses_no_rollout(
    world: World, demo_cluster: SandboxCluster, watching: Watching, trouble: dict[str, Any]
) -> None:
    request = restart(world, demo_cluster)
    demo_cluster.fault(method="GET", path="watch=1", times=3, **trouble)

    assert ended(world, request, watching()).status == "succeeded"
    assert world.events(request).count("request.succeeded") == 1


def test_what_changed_while_the_watch_was_broken_is_listed_again(demo_cluster: SandboxCluster) -> None:
    demo_cluster.fault(method="GET", path="watch=1", times=3, status=410)
    demo_cluster.fault(method="GET", path="watch=1", times=3, cut=True)
    news: list[str] = []
    follower = Informer("sandbox", lambda: news.append("changed"))
    follower.start()
    try:
        until(lambda: follower.get("payments-dev", "api"))
        demo_cluster.gateway("admin").scale(API, 4)

        seen = cast("Callable[[], Object]", lambda: follower.get("payments-dev", "api"))
        until(lambda: seen()["spec"]["replicas"] == 4)
        demo_cluster.gateway("admin").delete(API, uid=seen()["metadata"]["uid"])
        until(lambda: follower.get("payments-dev", "api") is None)
        assert news
    finally:
        follower.stop()


def test_a_failure_that_nobody_thought_of_does_not_end_the_informer(demo_cluster: SandboxCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    follower = Informer("sandbox", lambda: None)
    listed, stumbled = follower._list, []

    def stumble() -> str:
        if not stumbled:
            stumbled.append("once")
            raise KeyError("metadata")
        return listed()

    monkeypatch.setattr(follower, "_list", stumble)
    follower.start()
    try:
        until(lambda: follower.get("payments-dev", "api"))
    finally:
        follower.stop()
    assert stumbled == ["once"]


def test_a_rollout_that_ended_while_no_watcher_ran_is_found_by_the_next(
    world: World, demo_cluster: SandboxCluster, watching: Watching
) -> None:
    request = restart(world, demo_cluster)
    first = watching()
    first.look()
    first.stop()
    until(lambda: rolled_out(demo_cluster))

    assert ended(world, request, watching()).status == "succeeded"


def test_two_watchers_end_a_rollout_once(world: World, demo_cluster: SandboxCluster, watching: Watching) -> None:
    request = restart(world, demo_cluster)
    one, two = watching(), watching()
    until(lambda: rolled_out(demo_cluster))

    ended(world, request, one)
    two.look()

    assert world.events(request).count("request.succeeded") == 1


class OldNews(Informer):
    """An informer whose watch hangs: it goes on telling what it saw long ago."""

    def __init__(self, seen: Object) -> None:
        super().__init__("sandbox", lambda: None)
        self._seen = seen

    def get(self, namespace: str, name: str) -> Object | None:
        return self._seen


def test_before_a_rollout_counts_as_late_the_cluster_itself_is_asked(
    world: World, demo_cluster: SandboxCluster, watching: Watching
) -> None:
    request = world.fresh(restart(world, demo_cluster))
    until(lambda: rolled_out(demo_cluster))
    follower = watching()
    follower._informers["sandbox"] = OldNews({**demo_cluster.gateway("admin").get(API), "status": {}})
    follower.look()
    assert world.fresh(request).status == "running"
    late = {**(request.rollout or {}), "deadline": "2020-01-01T00:00:00.000000Z"}
    altered("UPDATE autonomy_actionrequest SET rollout = %s::jsonb WHERE id = %s", json.dumps(late), request.id)

    follower.look()

    assert world.fresh(request).status == "succeeded"


def test_one_request_that_cannot_be_judged_does_not_keep_the_others_waiting(
    world: World, demo_cluster: SandboxCluster, watching: Watching, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, fine = restart(world, demo_cluster), restart(world, demo_cluster)
    observe = watcher.observe

    def stumble(request_id: object, *seen: Any, **more: Any) -> ActionRequest:
        if request_id == odd.id:
            raise KeyError("selector")
        return observe(request_id, *seen, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(watcher, "observe", stumble)

    assert ended(world, fine, watching()).status == "succeeded"
    assert world.fresh(odd).status == "running"
