"""What can be wrong with a call from Slack, or with binding a Slack user to an account."""

from audit.problems import Problem


class NotFromSlack(Problem):
    slug = "not-from-slack"
    status = 401
    title = "This call is not signed by Slack"
    hint = "Slack signs each call with the app's signing secret; it is valid for five minutes. Check SLACK_SIGNING_SECRET and the clocks."


class BadPayload(Problem):
    slug = "bad-payload"
    status = 400
    title = "This is no interaction of Slack"
    hint = "Interactions come as a form field `payload` that holds JSON."


class OnlyPost(Problem):
    slug = "method-not-allowed"
    status = 405
    title = "Only POST is known here"
    hint = "Slack posts its interactions."


class OtherWorkspace(Problem):
    slug = "other-workspace"
    status = 403
    title = "This Slack workspace is not connected"
    hint = "Only people of the workspace that this installation belongs to can decide in Slack."


class GuestOfSlack(Problem):
    slug = "slack-guest"
    status = 403
    title = "Guests of the workspace cannot act from Slack"
    hint = "Decide on the request's page instead."


class NotInSlack(Problem):
    slug = "not-for-slack"
    status = 403
    title = "Only people have a Slack identity"
    hint = "Service accounts and bots neither approve nor deny."


class LinkedOtherwise(Problem):
    slug = "linked-otherwise"
    status = 409
    title = "One of the two is linked already"
    hint = "An account has one Slack user, a Slack user one account: undo the other link first."


class LinkExpired(Problem):
    slug = "link-expired"
    status = 400
    title = "This link has run out or was used"
    hint = "Click the button in Slack again: it gives you a new link."


class SlackIsAway(Problem):
    slug = "slack-is-away"
    status = 503
    title = "Slack does not answer"
    hint = "Try again in a minute."


class AccountIsOff(Problem):
    slug = "account-inactive"
    status = 403
    title = "Your account is switched off"
    hint = "Ask a platform admin."


class NotShownWhole(Problem):
    slug = "not-shown-whole"
    status = 409
    title = "Slack cannot show all of this"
    hint = "Decide on the request's page, which shows everything."
