"""Block Kit, as far as the product speaks it, with Slack's limits. All lengths are in characters.

Known are header, section, context, divider, actions and input blocks, buttons, static selects and plain text inputs. Anything else (images,
rich text, date pickers, ...) is refused as an unsupported type: the sandbox accepts nothing that it cannot show.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from notifications.sandbox.errors import ApiError, explained

MAX_MESSAGE_BLOCKS = 50
MAX_MODAL_BLOCKS = 100

# Slack does not say how it counts; texts alone below it have been refused. The compact JSON is the strictest reading.
MAX_MESSAGE_CHARACTERS = 13_200


def fresh_id() -> str:
    return secrets.token_urlsafe(4)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlainText(Part):
    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3000)
    emoji: bool = True


class Mrkdwn(Part):
    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3000)
    verbatim: bool = False


class PlainText24(PlainText):
    text: str = Field(min_length=1, max_length=24)


class PlainText30(PlainText):
    text: str = Field(min_length=1, max_length=30)


class PlainText75(PlainText):
    text: str = Field(min_length=1, max_length=75)


class PlainText100(PlainText):
    text: str = Field(min_length=1, max_length=100)


class PlainText150(PlainText):
    text: str = Field(min_length=1, max_length=150)


class PlainText300(PlainText):
    text: str = Field(min_length=1, max_length=300)


class PlainText2000(PlainText):
    text: str = Field(min_length=1, max_length=2000)


class Mrkdwn300(Mrkdwn):
    text: str = Field(min_length=1, max_length=300)


class Mrkdwn2000(Mrkdwn):
    text: str = Field(min_length=1, max_length=2000)


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]
Text300 = Annotated[PlainText300 | Mrkdwn300, Field(discriminator="type")]
Text2000 = Annotated[PlainText2000 | Mrkdwn2000, Field(discriminator="type")]


class Confirm(Part):
    title: PlainText100
    text: Text300
    confirm: PlainText30
    deny: PlainText30
    style: Literal["primary", "danger"] | None = None


class Option(Part):
    text: PlainText75
    value: str = Field(min_length=1, max_length=150)
    description: PlainText75 | None = None


class Interactive(Part):
    action_id: str = Field(default_factory=fresh_id, min_length=1, max_length=255)


class Button(Interactive):
    type: Literal["button"]
    text: PlainText75
    value: str | None = Field(default=None, max_length=2000)
    url: str | None = Field(default=None, min_length=1, max_length=3000)
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(default=None, max_length=75)


class StaticSelect(Interactive):
    type: Literal["static_select"]
    placeholder: PlainText150 | None = None
    options: list[Option] = Field(min_length=1, max_length=100)
    initial_option: Option | None = None
    confirm: Confirm | None = None


class PlainTextInput(Interactive):
    type: Literal["plain_text_input"]
    placeholder: PlainText150 | None = None
    initial_value: str | None = Field(default=None, max_length=3000)
    multiline: bool = False
    min_length: int = Field(default=0, ge=0, le=3000)
    max_length: int = Field(default=3000, ge=1, le=3000)
    focus_on_load: bool = False


Clickable = Button | StaticSelect
Action = Annotated[Clickable, Field(discriminator="type")]
Entry = Annotated[PlainTextInput | StaticSelect, Field(discriminator="type")]


class Block(Part):
    block_id: str = Field(default_factory=fresh_id, min_length=1, max_length=255)

    def clickables(self) -> Sequence[Clickable]:
        return ()


class Header(Block):
    type: Literal["header"]
    text: PlainText150


class Section(Block):
    type: Literal["section"]
    text: Text | None = None
    fields: list[Text2000] | None = Field(default=None, min_length=1, max_length=10)
    accessory: Action | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def says_something(self) -> "Section":
        if self.text is None and self.fields is None:
            raise PydanticCustomError("empty_section", "missing required field: text or fields")
        return self

    def clickables(self) -> Sequence[Clickable]:
        return (self.accessory,) if self.accessory else ()


class Context(Block):
    type: Literal["context"]
    elements: list[Text] = Field(min_length=1, max_length=10)


class Divider(Block):
    type: Literal["divider"]


class Actions(Block):
    type: Literal["actions"]
    elements: list[Action] = Field(min_length=1, max_length=25)

    @model_validator(mode="after")
    def has_distinct_action_ids(self) -> "Actions":
        for action_id in _repeated([element.action_id for element in self.elements]):
            raise PydanticCustomError("repeated_action_id", f"`action_id` `{action_id}` already exists for `block_id` `{self.block_id}`")
        return self

    def clickables(self) -> Sequence[Clickable]:
        return self.elements


class Input(Block):
    type: Literal["input"]
    label: PlainText2000
    element: Entry
    hint: PlainText2000 | None = None
    optional: bool = False
    dispatch_action: bool = False


MessageBlock = Annotated[Header | Section | Context | Divider | Actions, Field(discriminator="type")]
ModalBlock = Annotated[Header | Section | Context | Divider | Actions | Input, Field(discriminator="type")]


class MessageLayout(BaseModel):
    blocks: list[MessageBlock] = Field(max_length=MAX_MESSAGE_BLOCKS)

    @model_validator(mode="after")
    def has_distinct_block_ids(self) -> "MessageLayout":
        refuse_repeated_block_ids(self.blocks)
        return self


def refuse_repeated_block_ids(blocks: Sequence[Block]) -> None:
    for block_id in _repeated([block.block_id for block in blocks]):
        raise PydanticCustomError("repeated_block_id", f"`block_id` `{block_id}` already exists")


def message_blocks(data: JsonValue) -> list[MessageBlock]:
    """The blocks of a message. Raises ApiError `invalid_blocks_format`, `invalid_blocks` or `msg_blocks_too_long`."""
    if not isinstance(data, list):
        raise ApiError("invalid_blocks_format")
    whole: JsonValue = {"blocks": data}
    try:
        layout = MessageLayout.model_validate(whole)
    except ValidationError as error:
        raise ApiError("invalid_blocks", explained(error, whole)) from error
    if len(json.dumps(data, separators=(",", ":"), ensure_ascii=False)) > MAX_MESSAGE_CHARACTERS:
        raise ApiError("msg_blocks_too_long")
    return layout.blocks


def clickable(blocks: Sequence[Block], action_id: str, value: str | None) -> tuple[Block, Clickable] | None:
    """The element with this action id and, where several share it, this value; None when nothing fits."""
    found = [(block, element) for block, element in _all_clickables(blocks) if element.action_id == action_id]
    same = [(block, element) for block, element in found if isinstance(element, Button) and element.value == value]
    return next(iter(same or found), None)


def _all_clickables(blocks: Sequence[Block]) -> Iterator[tuple[Block, Clickable]]:
    for block in blocks:
        for element in block.clickables():
            yield block, element


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for number, name in enumerate(names) if name in names[:number]]
