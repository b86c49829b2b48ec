"""The quick way in: one walk tells that a manifest is plain JSON and has the types that Kubernetes expects. Most have."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import isfinite

from guidance.documents.jsonvalue import INT64, MAX_DEPTH
from guidance.manifests.resources import Resource
from guidance.manifests.shape import Fields, Items, Names, Scalar, Shape, shape_of

Fit = Callable[[object, list[str]], bool]
"""True: the value fits. Every text in it is added to the list, to be looked at in one go."""
LOWEST, HIGHEST = INT64.start, INT64.stop


@lru_cache(maxsize=1024)
def quick_check(resource: Resource) -> Callable[[dict[str, object]], bool]:
    """A function that is true only for an object that `jsonvalue.checked` would copy unchanged (without a null) and `shape` finds fit.

    False says nothing: there may be a null to leave out, or something to tell.
    """
    fit = _fit(shape_of(resource), 0)

    def is_well_formed(document: dict[str, object]) -> bool:
        texts: list[str] = []
        try:
            if not fit(document, texts):
                return False
            text = "".join(texts)
        except TypeError:  # a key that is no text
            return False
        return "\0" not in text and (text.isascii() or _is_unicode(texts))

    return is_well_formed


def _is_unicode(texts: list[str]) -> bool:
    """Each by itself: two halves of a surrogate pair in two texts do not make one."""
    try:
        for text in texts:
            text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fit(shape: Shape, depth: int) -> Fit:
    if depth >= MAX_DEPTH:
        return lambda value, texts: False  # noqa: ARG005 the signature of a check
    if isinstance(shape, Scalar):
        return _scalar(shape.types)
    if isinstance(shape, Items):
        return _items(shape, depth)
    if isinstance(shape, Names):
        return _names(shape, depth)
    return _fields(shape, depth)


def _scalar(types: tuple[type, ...]) -> Fit:
    def fit(value: object, texts: list[str]) -> bool:
        return type(value) in types and _plain(value, texts, 0)

    return fit


def _items(shape: Items, depth: int) -> Fit:
    item_fits = _fit(shape.item, depth + 1)
    fewest, most = int(shape.filled), shape.most

    def fit(value: object, texts: list[str]) -> bool:
        if type(value) is not list or len(value) < fewest or (most is not None and len(value) > most):
            return False
        for item in value:  # noqa: SIM110 all() over a generator takes twice the time
            if not item_fits(item, texts):
                return False
        return True

    return fit


def _names(shape: Names, depth: int) -> Fit:
    item_fits = _fit(shape.item, depth + 1)

    def fit(value: object, texts: list[str]) -> bool:
        if type(value) is not dict:
            return False
        texts.extend(value)
        for item in value.values():  # noqa: SIM110
            if not item_fits(item, texts):
                return False
        return True

    return fit


def _fields(shape: Fields, depth: int) -> Fit:
    inner = depth + 1
    of_text = frozenset(name for name, member in shape.members.items() if isinstance(member, Scalar) and member.types == (str,))
    fits: Mapping[object, Fit] = {name: _fit(member, inner) for name, member in shape.members.items() if name not in of_text}
    required = frozenset(shape.required)

    def fit(value: object, texts: list[str]) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        texts.extend(value)
        for key, item in value.items():
            if type(item) is str and key not in fits:
                texts.append(item)
            elif key in of_text or not (fits[key](item, texts) if key in fits else _plain(item, texts, inner)):
                return False
        return True

    return fit


def _plain(value: object, texts: list[str], depth: int) -> bool:
    """JSON's own types and no null. `depth` counts the levels above."""
    if isinstance(value, str):
        texts.append(value)
        return type(value) is str
    if isinstance(value, dict | list):
        return depth < MAX_DEPTH and _plain_inside(value, texts, depth + 1)
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return type(value) is int and LOWEST <= value < HIGHEST
    return type(value) is float and isfinite(value)


def _plain_inside(value: dict[str, object] | list[object], texts: list[str], depth: int) -> bool:
    if isinstance(value, dict):
        if type(value) is not dict:
            return False
        texts.extend(value)
        items = list(value.values())
    elif type(value) is list:
        items = value
    else:
        return False
    for item in items:
        if type(item) is str:
            texts.append(item)
        elif not _plain(item, texts, depth):
            return False
    return True
