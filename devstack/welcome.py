"""What `make up` says once everything runs: where, who, and what to try first."""

import json
import shlex
from pathlib import Path

from devstack.installation import PEOPLE
from devstack.stack import Stack

MANIFEST = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "hello", "labels": {"app.kubernetes.io/name": "hello", "app.kubernetes.io/part-of": "payments"}},
    "spec": {
        "selector": {"matchLabels": {"app": "hello"}},
        "template": {
            "metadata": {"labels": {"app": "hello"}},
            "spec": {
                "containers": [{"name": "hello", "image": "registry.example/hello:1.0.0", "securityContext": {"privileged": True}}],
            },
        },
    },
}
"""Breaks several policies at once, each in a way that has a proven fix."""

RUNS = {
    "action": "deployment.restart",
    "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"},
    "parameters": {},
    "reason": "Pick up the new configuration",
}
IS_REFUSED = {
    "action": "deployment.apply",
    "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "hello"},
    "parameters": {"manifest": MANIFEST},
    "reason": "A first try",
}
WAITS = {
    "action": "quota.set",
    "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "compute"},
    "parameters": {"hard": {"requests.cpu": "8"}},
    "reason": "The load test next week needs more",
}


def welcome(stack: Stack) -> str:
    return _demo(stack) if stack.has_demo else _own_cluster(stack)


def _demo(stack: Stack) -> str:
    accounts = "\n".join(f"  {name:<8}{role:<44}{stack.demo[f'{name.upper()}_PASSWORD']}" for name, role in PEOPLE.items())
    return f"""
{_addresses(stack)}
  Cluster     {stack.demo["KUBE_URL"]}
  Tokens      {_shown(stack.demo_file)}

Accounts (name, role, password):
{accounts}
  ci-payments service account of team payments (its token: CI_PAYMENTS_TOKEN)

Try it, in another terminal:
  source {shlex.quote(_shown(stack.demo_file))}

  # runs at once
  {_curl(RUNS)}

  # is refused, and told how to mend it
  {_curl(IS_REFUSED)}

  # waits for the platform admins
  {_curl(WAITS)}

Then sign in as carol, click here: {stack.url}/admin/

Ctrl-C stops everything; the data stays in {_shown(stack.options.data_dir)}.
"""


def _own_cluster(stack: Stack) -> str:
    return f"""
{_addresses(stack)}
  Cluster     {stack.cluster.name} (your own current context)

Nothing is created there, and at first there are no accounts. Write down who is who and whose each namespace is, as
devstack/demo/organisation.yaml shows, with `{stack.cluster.name}` as the cluster's slug. Then, in another terminal:
  set -a; source {shlex.quote(_shown(stack.demo_file))}; set +a
  .venv/bin/python manage.py load_organisation organisation.yaml
  .venv/bin/python manage.py load_rules
  .venv/bin/python manage.py createsuperuser

Sign in with that account to give the others passwords: {stack.url}/admin/
Their tokens for REST: .venv/bin/python manage.py create_token NAME

Ctrl-C stops everything; the data stays in {_shown(stack.options.data_dir)}.
"""


def _addresses(stack: Stack) -> str:
    slack = "" if stack.options.real_slack else f"\n  Slack       {stack.slack_url}"
    return f"  Admin       {stack.url}/admin/\n  REST        {stack.url}/api/docs/{slack}"


def _curl(body: object) -> str:
    return f"""curl -sS "$AUTONOMY_URL/api/v1/requests/" -H "Authorization: Bearer $ALICE_TOKEN" \\
    -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"""


def _shown(path: Path) -> str:
    """Relative where that is shorter to type."""
    absolute = path.resolve()
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else str(absolute)
