"""What the workspace holds. Everything here is kept in the state file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from notifications.sandbox.blocks import (
    MAX_MODAL_BLOCKS,
    Input,
    MessageBlock,
    ModalBlock,
    Part,
    PlainText24,
    refuse_repeated_block_ids,
)
from notifications.sandbox.errors import ApiError, explained


class User(BaseModel):
    id: str
    name: str
    real_name: str
    email: str
    team_id: str = ""
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False


class Channel(BaseModel):
    id: str
    name: str
    is_im: bool = False
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True
    user: str | None = None


class Attachment(Part):
    color: str | None = None
    fallback: str | None = None
    pretext: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    footer: str | None = None
    blocks: list[MessageBlock] | None = None
    mrkdwn_in: list[str] | None = None


class Attachments(BaseModel):
    attachments: list[Attachment] = Field(max_length=100)


class Edited(BaseModel):
    user: str
    ts: str


class Message(BaseModel):
    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[MessageBlock] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, JsonValue] | None = None
    edited: Edited | None = None
    ephemeral_to: str | None = None

    def all_blocks(self) -> list[MessageBlock]:
        return [*self.blocks, *(block for attachment in self.attachments for block in attachment.blocks or ())]


class Layout(BaseModel):
    """A modal, as an app sends it."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["modal"]
    title: PlainText24
    blocks: list[ModalBlock] = Field(max_length=MAX_MODAL_BLOCKS)
    close: PlainText24 | None = None
    submit: PlainText24 | None = None
    private_metadata: str = Field(default="", max_length=3000)
    callback_id: str = Field(default="", max_length=255)
    external_id: str = Field(default="", max_length=255)
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False

    @model_validator(mode="after")
    def can_be_submitted(self) -> "Layout":
        refuse_repeated_block_ids(self.blocks)
        if self.submit is None and any(isinstance(block, Input) for block in self.blocks):
            raise PydanticCustomError("no_submit", "missing required field: submit")
        return self


class View(BaseModel):
    id: str
    user: str
    hash: str
    layout: Layout
    root_view_id: str
    previous_view_id: str | None = None


class ResponseUrl(BaseModel):
    user: str
    channel: str
    message_ts: str
    expires: float
    uses: int = 0


class Workspace(BaseModel):
    version: int = 0
    last_ts: int = 0
    channels: dict[str, Channel] = Field(default_factory=dict)
    messages: dict[str, list[Message]] = Field(default_factory=dict)
    views: dict[str, View] = Field(default_factory=dict)
    stacks: dict[str, list[str]] = Field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = Field(default_factory=dict)


def modal(data: JsonValue) -> Layout:
    """A modal from what an app sent. Raises ApiError `invalid_arguments` with the places that are wrong."""
    try:
        return Layout.model_validate(data)
    except ValidationError as error:
        raise ApiError("invalid_arguments", explained(error, data, "/view")) from error


def attachments(data: JsonValue) -> list[Attachment]:
    """The attachments of a message. Raises ApiError `invalid_attachments`."""

    whole: JsonValue = {"attachments": data}
    try:
        return Attachments.model_validate(whole).attachments
    except ValidationError as error:
        raise ApiError("invalid_attachments", explained(error, whole)) from error
