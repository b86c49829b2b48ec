"""JSON pointers (RFC 6901), as text and as tokens."""

from collections.abc import Iterable, Iterator, Sequence

from guidance.documents.jsontype import JsonValue

Token = str | int
"""A member's name or, in a list, an index."""
WILDCARD = "*"


def pointer(tokens: Iterable[Token]) -> str:
    """`("metadata", "labels", "a/b")` is `/metadata/labels/a~1b`; no tokens at all are the whole document, ``""``."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def parse(text: str) -> tuple[str, ...]:
    """Raises ValueError when the text is no JSON pointer."""
    if text == "":
        return ()
    if not text.startswith("/"):
        raise ValueError(f"{text!r} is no JSON pointer: it starts with a slash, such as /spec/hostNetwork")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def dotted(tokens: Sequence[Token]) -> str:
    """The same for a sentence: `spec.containers[0].image`."""
    text = "".join(f"[{token}]" if isinstance(token, int) else f".{token}" for token in tokens)
    return text.removeprefix(".") or "the document"


def find(document: JsonValue, tokens: Iterable[Token]) -> JsonValue:
    """The value there, or None where nothing is."""
    for token in tokens:
        document = child(document, token)
    return document


def typed(document: JsonValue, path: str) -> tuple[Token, ...]:
    """A pointer's tokens as the document has them: names in objects, indexes in lists."""
    tokens, here = list[Token](), document
    for name in parse(path):
        index = list_index(name) if isinstance(here, list) else None
        token = name if index is None else index
        here = child(here, token)
        tokens.append(token)
    return tuple(tokens)


def child(value: JsonValue, token: Token) -> JsonValue:
    """One step down; None where there is nothing."""
    if isinstance(value, dict):
        return value.get(str(token))
    if isinstance(value, list):
        index = list_index(token)
        return value[index] if index is not None and index < len(value) else None
    return None


def list_index(token: Token) -> int | None:
    """The index that a token means: digits without leading zeros; None for everything else."""
    if isinstance(token, int):
        return token
    return int(token) if token.isascii() and token.isdigit() and (len(token) == 1 or token[0] != "0") else None


class NotAList(ValueError):
    """A wildcard stands where the document has no list. `tokens` say where."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__(f"{dotted(tokens)} must be a list")
        self.tokens = tuple(tokens)


def expand(document: JsonValue, pattern: Sequence[str], at: tuple[Token, ...] = ()) -> Iterator[tuple[tuple[Token, ...], JsonValue]]:
    """Every element that a pattern such as `/spec/containers/*` means, with its tokens, in order. Raises NotAList."""
    if not pattern:
        yield at, document
    elif pattern[0] != WILDCARD:
        yield from expand(child(document, pattern[0]), pattern[1:], (*at, pattern[0]))
    elif isinstance(document, list):
        for index, item in enumerate(document):
            yield from expand(item, pattern[1:], (*at, index))
    elif document is not None:
        raise NotAList(at)
