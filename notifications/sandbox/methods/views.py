"""views.*: modals, a stack of at most three per person."""

import secrets
import time

from notifications.sandbox.arguments import Arguments
from notifications.sandbox.errors import ApiError
from notifications.sandbox.methods.chat import Reply
from notifications.sandbox.model import Layout, View, Workspace, modal
from notifications.sandbox.sandbox import Sandbox

MAX_STACK = 3


def open_view(sandbox: Sandbox, args: Arguments) -> Reply:
    layout = _layout(args)
    user = sandbox.triggers.exchange(args.text("trigger_id"))
    with sandbox.store.writing() as workspace:
        clear(workspace, user)
        return {"ok": True, "view": sandbox.view_json(push(workspace, user, layout))}


def push_view(sandbox: Sandbox, args: Arguments) -> Reply:
    layout = _layout(args)
    user = sandbox.triggers.exchange(args.text("trigger_id"))
    with sandbox.store.writing() as workspace:
        return {"ok": True, "view": sandbox.view_json(push(workspace, user, layout))}


def update_view(sandbox: Sandbox, args: Arguments) -> Reply:
    layout = _layout(args)
    with sandbox.store.writing() as workspace:
        view = _find(workspace, args)
        if "hash" in args and args.text("hash") != view.hash:
            raise ApiError("hash_conflict")
        relayout(view, layout)
        return {"ok": True, "view": sandbox.view_json(view)}


def push(workspace: Workspace, user: str, layout: Layout) -> View:
    """Put a modal on top of this person's stack. Raises ApiError `push_limit_reached` or `duplicate_external_id`."""
    stack = workspace.stacks.setdefault(user, [])
    if len(stack) == MAX_STACK:
        raise ApiError("push_limit_reached")
    if layout.external_id and any(view.layout.external_id == layout.external_id for view in workspace.views.values()):
        raise ApiError("duplicate_external_id")
    view_id = f"V0{secrets.token_hex(5).upper()}"
    previous = stack[-1] if stack else None
    root = stack[0] if stack else view_id
    view = View(id=view_id, user=user, hash=_fresh_hash(), layout=layout, root_view_id=root, previous_view_id=previous)
    workspace.views[view_id] = view
    stack.append(view_id)
    return view


def pop(workspace: Workspace, view: View) -> None:
    workspace.views.pop(view.id, None)
    if view.id in workspace.stacks.get(view.user, []):
        workspace.stacks[view.user].remove(view.id)


def clear(workspace: Workspace, user: str) -> None:
    for view_id in workspace.stacks.pop(user, []):
        workspace.views.pop(view_id, None)


def top(workspace: Workspace, user: str) -> View | None:
    stack = workspace.stacks.get(user)
    return workspace.views[stack[-1]] if stack else None


def relayout(view: View, layout: Layout) -> None:
    view.layout = layout
    view.hash = _fresh_hash()


def _find(workspace: Workspace, args: Arguments) -> View:
    for view in workspace.views.values():
        if args.text("view_id") == view.id or ("external_id" in args and args.text("external_id") == view.layout.external_id):
            return view
    raise ApiError("not_found")


def _layout(args: Arguments) -> Layout:
    return modal(args.structure("view", "invalid_arguments"))


def _fresh_hash() -> str:
    return f"{int(time.time())}.{secrets.token_urlsafe(6)}"
