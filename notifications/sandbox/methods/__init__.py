"""The methods of the Web API by name."""

from collections.abc import Callable, Mapping

from notifications.sandbox.arguments import Arguments
from notifications.sandbox.methods import chat, directory, views
from notifications.sandbox.methods.chat import Reply
from notifications.sandbox.sandbox import Sandbox

Method = Callable[[Sandbox, Arguments], Reply]

METHODS: Mapping[str, Method] = {
    "auth.test": directory.auth_test,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.info": directory.conversations_info,
    "conversations.list": directory.conversations_list,
    "conversations.open": directory.conversations_open,
    "users.info": directory.users_info,
    "users.lookupByEmail": directory.users_lookup_by_email,
    "views.open": views.open_view,
    "views.push": views.push_view,
    "views.update": views.update_view,
}
