"""The catalogue of actions: every concrete Action class in a module of an app's `actions` package."""

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.apps import apps
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from autonomy.actions.base import Action, AnyAction, Ask, Parameters, Target
from autonomy.errors import BadParameters, UnknownAction
from autonomy.members import suggestion
from autonomy.models import ActionRequest
from guidance.documents.pointer import pointer


@cache
def actions() -> Mapping[str, AnyAction]:
    """All actions by name. Found once, when first asked for."""
    found = {action.name: action() for app in apps.get_app_configs() for action in _classes_of(app.name)}
    return dict(sorted(found.items()))


def _classes_of(app: str) -> Iterator[type[AnyAction]]:
    try:
        package = import_module(f"{app}.actions")
    except ModuleNotFoundError as error:
        if error.name != f"{app}.actions":
            raise
        return
    for module in iter_modules(getattr(package, "__path__", ())):
        members = inspect.getmembers(import_module(f"{package.__name__}.{module.name}"), inspect.isclass)
        yield from (member for _, member in members if issubclass(member, Action) and "name" in vars(member))


def action(name: str) -> AnyAction:
    """Raises UnknownAction."""
    found = actions().get(name)
    if found is None:
        raise UnknownAction(f"{name!r} is not in the catalogue; it has: {', '.join(actions())}.", pointer="/action")
    return found


def parse(kind: AnyAction, parameters: object) -> Parameters:
    """The parameters as their model. Raises BadParameters, pointing at the first thing that is wrong."""
    try:
        model: Parameters = kind.Parameters.model_validate(parameters)
    except ValidationError as error:
        raise _bad(kind, error) from error
    return model


def _bad(kind: AnyAction, error: ValidationError) -> BadParameters:
    problems = [_wrong(kind, detail) for detail in error.errors(include_url=False)]
    first = problems[0]
    where = first["pointer"].removeprefix("/").replace("/", ".")
    return BadParameters(f"{where}: {first['message']}.", pointer=first["pointer"], hint=first.get("suggestion"), errors=problems)


def _wrong(kind: AnyAction, detail: ErrorDetails) -> dict[str, str]:
    at, wrong = detail["loc"], {"pointer": _pointer(detail["loc"]), "message": detail["msg"].removeprefix("Value error, ")}
    if detail["type"] == "extra_forbidden":
        wrong |= {"message": f"{at[-1]} is not known here", "suggestion": suggestion(kind.Parameters, at)}
    return wrong


def _pointer(loc: tuple[int | str, ...]) -> str:
    """Pydantic marks a member's name that is wrong itself with one step more, which no JSON pointer has."""
    return pointer(("parameters", *(step for step in loc if step != "[key]")))


def ask_of(request: ActionRequest) -> Ask[Parameters]:
    """A stored request as its action sees it."""
    kind = action(request.action)
    target = Target(request.cluster, request.namespace, request.kind, request.name)
    return Ask(request.id, target, parse(kind, request.parameters), request.fixed, request)


def deciders_of(request: ActionRequest) -> frozenset[str]:
    """The groups that its action names now, whatever approval rules say."""
    kind, ask = action(request.action), ask_of(request)
    return kind.deciders(ask.target, ask.parameters)
