"""What does not fit into Slack: nobody approves what was cut off."""

from collections.abc import Mapping
from typing import Any

import pytest

from autonomy.models import ActionRequest
from devstack.demo.manifests import namespace
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of
from tests.plugins.sandbox_cluster import SandboxCluster


@pytest.fixture(autouse=True)
def cluster(sandbox_cluster: SandboxCluster, settings: Any) -> SandboxCluster:
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"
    sandbox_cluster.gateway("admin").apply(namespace("payments-dev"))
    return sandbox_cluster


def asked(slack: Slack, *, peers: int = 0, note: str = "none") -> ActionRequest:
    """A network policy that waits for the security team; its difference is as long as its peers are many."""
    rules = [{"from": [{"ipBlock": {"cidr": cidr(number)}}]} for number in range(peers)]
    metadata: Mapping[str, object] = {"name": "wide", "namespace": "payments-dev", "annotations": {"note": note}}
    spec: Mapping[str, object] = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": rules}
    manifest = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
    request = slack.world.submit(slack.world["alice"], "networkpolicy.apply", {"manifest": manifest}, name="wide")
    slack.world.work()
    return request


def cidr(number: int) -> str:
    return f"10.{number // 256}.{number % 256}.0/24"


def text_of(view: dict[str, Any]) -> str:
    return "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section" and "text" in block)


def test_a_long_difference_is_reviewed_in_a_modal_that_shows_all_of_it(slack: Slack, cluster: SandboxCluster) -> None:
    request = asked(slack, peers=500)

    assert buttons_of(slack.message()) == ["review", "deny", "open"]
    assert "too much for a message" in words_of(slack.message())
    slack.click("dave", "review")
    view = slack.sandbox.open_view("dave")

    assert view is not None
    assert [number for number in range(500) if f"cidr: {cidr(number)}\n" not in text_of(view)] == []
    answer = slack.submit("dave", comment="read all of it")
    assert (answer["status"], answer["errors"]) == (200, {})
    slack.world.work()
    assert slack.world.fresh(request).status == "succeeded"
    assert votes_of(request) == [("dave", "approve", "slack")]
    assert ": read all of it" in words_of(slack.message())


def test_what_was_decided_while_the_form_was_open_is_said_in_the_form(slack: Slack, cluster: SandboxCluster) -> None:
    request = asked(slack, peers=500)
    slack.click("dave", "review")
    erin = slack.world["erin"].client
    erin.post(f"/api/v1/requests/{request.id}/deny/", {"comment": "too wide"})

    answer = slack.submit("dave", comment="")

    assert answer["errors"]["comment"].startswith("This request does not wait for a decision.")
    assert votes_of(request) == [("erin", "deny", "rest")]
    assert slack.sandbox.open_view("dave") is not None
    assert len(cluster.writes()) == 1  # the namespace


def test_what_no_modal_can_show_is_decided_on_the_page(slack: Slack, cluster: SandboxCluster) -> None:
    request = asked(slack, peers=6500)
    digest = slack.world.fresh(request).plan_digest.removeprefix("sha256:")

    assert buttons_of(slack.message()) == ["deny", "open"]
    slack.click("dave", "review", value=f"{request.id}:{digest[:32]}")

    assert slack.sandbox.open_view("dave") is None
    (whisper,) = slack.whispers("dave")
    assert "*Slack cannot show all of this*" in whisper
    assert f"/admin/requests/{request.id}/" in whisper


def test_a_line_that_no_section_can_show_is_decided_on_the_page(slack: Slack) -> None:
    asked(slack, note="long " * 700)

    assert buttons_of(slack.message()) == ["deny", "open"]


def test_a_long_reason_is_read_in_whole_before_approving(slack: Slack) -> None:
    reason = "\n".join(f"argument {number}: {'because ' * 40}" for number in range(60))
    request = slack.world.submit(slack.world["alice"], "boundary.set", {"level": 1}, name="big", reason=reason)
    slack.world.work()

    assert buttons_of(slack.message()) == ["review", "deny", "open"]
    slack.click("carol", "review")
    view = slack.sandbox.open_view("carol")

    assert view is not None
    assert "argument 59" in text_of(view)
    assert votes_of(request) == []


def test_no_text_can_pass_for_slack_itself(slack: Slack) -> None:
    reason = "<!channel> *Approved* by <@U0CAROL> ```\n&lt;done&gt;"
    asked(slack, note="``` :white_check_mark: *Approved* by carol <https://evil.example|ok>")
    request = slack.world.submit(slack.world["alice"], "boundary.set", {"level": 1}, name="other", reason=reason)
    slack.world.work()

    first, second = slack.sandbox.messages("C0APPROVALS")

    fenced = next(block["text"]["text"] for block in first["blocks"] if block.get("text", {}).get("text", "").startswith("```"))
    assert fenced.count("```") == 2
    assert "<https://evil" not in words_of(first)
    assert "<!channel>" not in words_of(second)
    assert "&gt; &lt;!channel&gt; *Approved* by &lt;@U0CAROL&gt; ```" in words_of(second)
    assert "&gt; &amp;lt;done&amp;gt;" in words_of(second)
    assert votes_of(request) == []


def test_when_slack_finds_it_too_long_the_message_comes_without_the_difference(slack: Slack) -> None:
    slack.sandbox.fault("chat.postMessage", times=1, error="msg_blocks_too_long")

    asked(slack)

    assert buttons_of(slack.message()) == ["review", "deny", "open"]
