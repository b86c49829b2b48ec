"""What people do: click, submit a modal, close it. Each tells the app and gives back what the app answered."""

from collections.abc import Mapping, Sequence

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from notifications.sandbox import conversations, payloads, response_urls
from notifications.sandbox.blocks import Block, Button, Clickable, Input, PlainText75, PlainTextInput, clickable
from notifications.sandbox.delivery import Delivery, Repetition, deliver
from notifications.sandbox.errors import ApiError, ControlError
from notifications.sandbox.methods import views
from notifications.sandbox.model import User, View, Workspace, modal
from notifications.sandbox.payloads import Payload
from notifications.sandbox.sandbox import Sandbox

ANSWER: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class Interaction(Repetition):
    """`user` is a name or an id; `values` are what was filled in, by block id or action id."""

    model_config = ConfigDict(extra="forbid")

    user: str
    view_id: str = ""
    values: dict[str, str | None] = Field(default_factory=dict)
    times: int = Field(default=1, ge=1, le=100)


class Click(Interaction):
    """A click on a message (`channel`, `ts`) or in a modal (`view_id`).

    With a `value`, an element that is no longer shown can be clicked too: a client that had not seen the update yet. `team` is the
    workspace where the click is said to have happened.
    """

    channel: str = ""
    ts: str = ""
    action_id: str
    value: str | None = None
    block_id: str = "stale"
    team: str | None = None


def click(sandbox: Sandbox, wish: Click) -> Payload:
    user = sandbox.person(wish.user)
    payload = payloads.interaction(sandbox, "block_actions", user, team=wish.team)
    payload |= _clicked_in_view(sandbox, wish, user) if wish.view_id else _clicked_on_message(sandbox, wish, user)
    payload["trigger_id"] = sandbox.triggers.issue(user.id)
    return _report(deliver(sandbox, payload, wish), payload)


def submit(sandbox: Sandbox, wish: Interaction) -> Payload:
    """A field that is not filled in properly is refused here, as Slack's client does: then the app hears nothing."""
    user = sandbox.person(wish.user)
    with sandbox.store.reading() as workspace:
        view = _view(workspace, user, wish.view_id)
        if errors := _unacceptable(view, wish.values):
            return {"status": None, "seconds": 0, "body": "", "errors": errors, "deliveries": [], "payload": None}
        payload = payloads.interaction(sandbox, "view_submission", user)
        payload |= {"view": sandbox.view_json(view, _state(view, wish.values)), "response_urls": []}
    payload["trigger_id"] = sandbox.triggers.issue(user.id)
    deliveries = deliver(sandbox, payload, wish)
    outcome = _after_submission(sandbox, view, deliveries[0])
    return {**_report(deliveries, payload), **outcome}


def close(sandbox: Sandbox, wish: Interaction) -> Payload:
    """Only an app that asked for it (`notify_on_close`) hears of it."""
    user = sandbox.person(wish.user)
    with sandbox.store.writing() as workspace:
        view = _view(workspace, user, wish.view_id)
        payload = payloads.interaction(sandbox, "view_closed", user)
        payload |= {"view": sandbox.view_json(view, _state(view, wish.values)), "is_cleared": view.layout.clear_on_close}
        if view.layout.clear_on_close:
            views.clear(workspace, user.id)
        else:
            views.pop(workspace, view)
    return _report(deliver(sandbox, payload, wish) if view.layout.notify_on_close else [], payload)


def _clicked_on_message(sandbox: Sandbox, wish: Click, user: User) -> Payload:
    with sandbox.store.writing() as workspace:
        channel = workspace.channels.get(wish.channel)
        message = conversations.message_at(workspace, wish.channel, wish.ts)
        if channel is None or message is None or not conversations.can_see(channel, message, user):
            raise ControlError(f"{user.name} sees no message {wish.ts} in {wish.channel}")
        block, element = _pressed(message.all_blocks(), wish)
        url = response_urls.issue(sandbox, workspace, user.id, message)
        where = payloads.message_part(sandbox, channel, message, response_url=url)
        return {**where, "actions": [_action(block, element, wish)]}


def _clicked_in_view(sandbox: Sandbox, wish: Click, user: User) -> Payload:
    with sandbox.store.reading() as workspace:
        view = _view(workspace, user, wish.view_id)
        block, element = _pressed(view.layout.blocks, wish)
        return {**payloads.view_part(sandbox, view, _state(view, wish.values)), "actions": [_action(block, element, wish)]}


def _pressed(blocks: Sequence[Block], wish: Click) -> tuple[Block, Clickable]:
    if found := clickable(blocks, wish.action_id, wish.value):
        return found
    if wish.value is None:
        raise ControlError(f"there is no {wish.action_id!r} to click; with a value, a button of before can be clicked")
    label = PlainText75(type="plain_text", text=wish.action_id[:75])
    return Block(block_id=wish.block_id), Button(type="button", action_id=wish.action_id, text=label, value=wish.value)


def _action(block: Block, element: Clickable, wish: Click) -> Payload:
    own = element.value if isinstance(element, Button) else None
    return payloads.action(block, element, wish.value if wish.value is not None else own)


def _view(workspace: Workspace, user: User, view_id: str) -> View:
    view = workspace.views.get(view_id) if view_id else views.top(workspace, user.id)
    if view is None or view.user != user.id:
        raise ControlError(f"{user.name} has no such modal open")
    return view


def _inputs(view: View) -> list[Input]:
    return [block for block in view.layout.blocks if isinstance(block, Input)]


def _filled_in(block: Input, values: Mapping[str, str | None]) -> str | None:
    """Empty text counts as nothing."""
    return values.get(block.block_id, values.get(block.element.action_id)) or None


def _state(view: View, values: Mapping[str, str | None]) -> Payload:
    state: Payload = {}
    for block in _inputs(view):
        element, value = block.element, _filled_in(block, values)
        if isinstance(element, PlainTextInput):
            entry: Payload = {"type": element.type, "value": value}
        else:
            option = next((option for option in element.options if option.value == value), None)
            entry = {"type": element.type, "selected_option": option.model_dump(mode="json", exclude_none=True) if option else None}
        state[block.block_id] = {element.action_id: entry}
    return state


def _unacceptable(view: View, values: Mapping[str, str | None]) -> Payload:
    """What the client itself refuses, by block id."""
    errors: Payload = {}
    for block in _inputs(view):
        element, value = block.element, _filled_in(block, values)
        if value is None and not block.optional:
            errors[block.block_id] = "This field is required."
        elif value and isinstance(element, PlainTextInput) and not element.min_length <= len(value) <= element.max_length:
            errors[block.block_id] = f"Please enter {element.min_length} to {element.max_length} characters."
    return errors


def _after_submission(sandbox: Sandbox, view: View, delivery: Delivery) -> Payload:
    """Do what the app's answer says; when that makes no sense the modal stays, with a word of trouble."""
    if not delivery.accepted:
        return {"trouble": delivery.error or f"the app answered {delivery.status}"}
    try:
        answer = ANSWER.validate_json(delivery.body) if delivery.body.strip() else {}
        with sandbox.store.writing() as workspace:
            return _obey(workspace, view, answer)
    except ValidationError:
        return {"trouble": "the app's answer is not a JSON object"}
    except ApiError as error:
        return {"trouble": " ".join([error.code, *error.messages])}


def _obey(workspace: Workspace, view: View, answer: Mapping[str, JsonValue]) -> Payload:
    match answer.get("response_action"):
        case "errors":
            return {"errors": answer.get("errors")}
        case "update":
            views.relayout(view, modal(answer.get("view")))
        case "push":
            views.push(workspace, view.user, modal(answer.get("view")))
        case "clear":
            views.clear(workspace, view.user)
        case None:
            views.pop(workspace, view)
        case other:
            return {"trouble": f"unknown response_action {other!r}"}
    return {}


def _report(deliveries: Sequence[Delivery], payload: Payload) -> Payload:
    """The first delivery's answer at the top, all of them below `deliveries`."""
    first: Payload = deliveries[0].model_dump() if deliveries else Delivery(status=None, seconds=0).model_dump()
    return {**first, "errors": {}, "trouble": None, "deliveries": [delivery.model_dump() for delivery in deliveries], "payload": payload}
