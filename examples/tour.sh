#!/usr/bin/env bash
# The three levels of autonomy in five minutes, against a running `make up`. Needs curl and jq.
#   examples/tour.sh [.run/demo.env]
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=/dev/null
source "${1:-.run/demo.env}"

API=$AUTONOMY_URL/api/v1
COOKIES=$(mktemp)
STAMP=$(date +%s)
trap 'rm -f "$COOKIES"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
die() { printf 'The tour ends here: %s\n' "$*" >&2; exit 1; }
# call TOKEN METHOD PATH [BODY]: the answer's body on standard output, whatever its status
call() { curl -sS -X "$2" "$API$3" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' ${4:+-d "$4"}; }
submit() { call "$1" POST /requests/ "$2"; }
status_of() { call "$ALICE_TOKEN" GET "/requests/$1/" | jq -r .status; }
# until_status ID STATUS: wait until the request is there; any other end is a failure
until_status() {
    local now=
    for _ in $(seq 150); do
        now=$(status_of "$1")
        if [ "$now" = "$2" ]; then printf '  request %s is %s\n' "$1" "$now"; return; fi
        case $now in succeeded|failed|denied|expired|cancelled) break ;; esac
        sleep 0.2
    done
    call "$ALICE_TOKEN" GET "/requests/$1/" | jq '{status, result}' >&2
    die "request $1 is $now, not $2"
}

say 'Level 1: alice restarts a Deployment of her team. It runs at once.'
restart=$(submit "$ALICE_TOKEN" '{
  "action": "deployment.restart",
  "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"},
  "parameters": {}, "reason": "Pick up the new configuration"}' | jq -r .id)
until_status "$restart" succeeded
call "$ALICE_TOKEN" GET "/requests/$restart/events/" | jq -r '.results[] | "  \(.at)  \(.type)  by \(.actor) (\(.door))"'

say 'Level 2: a careless manifest is stopped, and told how to mend it.'
careless=$(jq -n --arg name "hello-$STAMP" '{
  action: "deployment.apply",
  target: {cluster: "sandbox", namespace: "payments-dev", name: $name},
  parameters: {manifest: {
    apiVersion: "apps/v1", kind: "Deployment", metadata: {name: $name},
    spec: {
      selector: {matchLabels: {app: $name}},
      template: {metadata: {labels: {app: $name}}, spec: {containers: [{name: "hello", image: "registry.example/hello:1.0.0"}]}}}}},
  reason: "A first try"}')
refused=$(submit "$ALICE_TOKEN" "$careless")
jq -e '.status == 422' <<<"$refused" >/dev/null || die 'the careless manifest was not refused'
jq -r '.findings[] | "  \(.policy) at \(.path)\n    \(.message)"' <<<"$refused"

say 'She sends the mended manifest that came with the answer. It is accepted and rolls out.'
mended=$(jq --argjson answer "$refused" '.parameters.manifest = $answer.mended | .reason = "With all fixes"' <<<"$careless")
until_status "$(submit "$ALICE_TOKEN" "$mended" | jq -r .id)" succeeded

say 'Level 3: a network policy waits for the security team.'
policy() {
    jq -n --arg name "$1" '{
      action: "networkpolicy.apply",
      target: {cluster: "sandbox", namespace: "payments-dev", name: $name},
      parameters: {manifest: {
        apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: {name: $name},
        spec: {podSelector: {}, policyTypes: ["Ingress"], ingress: [{from: [{podSelector: {}}]}]}}},
      reason: "Only our own pods may call each other"}'
}
security=$(submit "$ALICE_TOKEN" "$(policy "own-pods-$STAMP")" | jq -r .id)
until_status "$security" awaiting_approval
call "$ALICE_TOKEN" GET "/requests/$security/" | jq -r '.plan.diff' | sed 's/^/  /'

say "dave of the security team presses Approve in Slack ($SLACK_URL)."
click=
for _ in $(seq 100); do
    click=$(curl -sS "$SLACK_URL/sandbox/messages?channel=C0APPROVALS" | jq -c --arg id "$security" '
      [.. | objects | select(has("ts") and has("blocks"))
        | . as $message | .blocks[]? | .elements[]? | select(.action_id? == "approve" and (.value | tostring | contains($id)))
        | {user: "dave", channel: "C0APPROVALS", ts: $message.ts, action_id}] | first // empty')
    [ -n "$click" ] && break
    sleep 0.2
done
[ -n "$click" ] || die 'no message with an Approve button came to Slack'
curl -sS -X POST "$SLACK_URL/sandbox/click" -H 'Content-Type: application/json' -d "$click" | jq -r '"  Slack was answered with \(.status) in \(.seconds) s"'
until_status "$security" succeeded

say 'Another one is denied by erin in the admin, with a reason.'
denied=$(submit "$ALICE_TOKEN" "$(policy "denied-$STAMP")" | jq -r .id)
until_status "$denied" awaiting_approval
csrf() { awk '$6 == "csrftoken" {print $7}' "$COOKIES"; }
page() { curl -sS -b "$COOKIES" -c "$COOKIES" -H "Referer: $AUTONOMY_URL/admin/" "$@"; }
page -o /dev/null "$AUTONOMY_URL/admin/login/"
page -o /dev/null -d "csrfmiddlewaretoken=$(csrf)" --data-urlencode username=erin --data-urlencode "password=$ERIN_PASSWORD" "$AUTONOMY_URL/admin/login/"
page -o /dev/null -d "csrfmiddlewaretoken=$(csrf)" --data-urlencode 'comment=Ask for the namespaces that you need, not for all pods.' \
    "$AUTONOMY_URL/admin/requests/$denied/deny/"
until_status "$denied" denied
call "$ALICE_TOKEN" GET "/requests/$denied/" | jq -r '.review.decisions[] | "  \(.by): \(.verdict), \"\(.comment)\""'

say 'Everything is in the ledger, and the ledger is whole: its chains, its checkpoints and their signatures.'
DATABASE_URL=$DATABASE_URL .venv/bin/python manage.py audit_verify --public-key "$LEDGER_PUBLIC_KEY" | sed 's/^/  /'
