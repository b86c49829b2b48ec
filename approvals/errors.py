"""Why a decision, or a request for one, is refused."""

from audit.problems import Problem


class NoRuleMatches(Problem):
    slug = "no-approval-rule"
    status = 403
    title = "Nobody could approve this"
    hint = "No approval rule matches, and nothing waits for nobody: a platform admin can propose a rule with approval-rule.set."


class TooFewReviewers(Problem):
    slug = "too-few-reviewers"
    status = 403
    title = "Nobody could approve this"
    hint = "Nobody decides on her own request, and nothing waits for nobody: others have to join the group before it is submitted."


class OwnRequest(Problem):
    slug = "own-request"
    status = 403
    title = "Nobody decides on her own request"
    hint = "Somebody else of the reviewing group has to decide."


class NotAPerson(Problem):
    slug = "not-a-person"
    status = 403
    title = "Only people decide"
    hint = "Service accounts submit and read; a person decides with an account of her own."


class NotYourStage(Problem):
    slug = "not-your-stage"
    status = 403
    title = "This is for others to decide"
    hint = "Who was in a reviewing group before the request was made may decide."


class AlreadyDecided(Problem):
    slug = "already-decided"
    status = 409
    title = "You have decided otherwise before"
    hint = "A decision stands; a denial ends the request, so submit a new one."


class NotOpen(Problem):
    slug = "not-open"
    status = 409
    title = "This request does not wait for a decision"
    hint = "Read the request again: it was decided, cancelled, expired, or its plan is not ready yet."


class ReviewExpired(Problem):
    slug = "review-expired"
    status = 409
    title = "The time to decide is over"
    hint = "The requester can submit it again."


class PlanChanged(Problem):
    """Carries the digests `seen` and `current`, and what `moved` between the two plans: None where the one seen is none of this request."""

    slug = "plan-changed"
    status = 409
    title = "The plan is another one by now"
    hint = "Read the plan that waits now, and decide on that one: by the API, with its digest."


class ReviewChanged(Problem):
    slug = "review-changed"
    status = 409
    title = "The approval rules have changed"
    hint = "The review was opened anew under the rules as they are now: read the request again."


class CommentMissing(Problem):
    slug = "comment-missing"
    status = 400
    title = "A denial needs a reason"
    hint = "Say in `comment` what would have to be different."


class CommentUnfit(Problem):
    slug = "comment-unfit"
    status = 400
    title = "This comment cannot be kept"
    hint = "A comment has 2,000 characters at most, and no NUL characters."
