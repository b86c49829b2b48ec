"""Values as YAML for people."""

from collections.abc import Iterable

import yaml

from guidance.documents.jsontype import JsonValue

WIDTH = 140


def as_yaml(values: Iterable[JsonValue]) -> str:
    """One document for each."""
    every = list(values)
    text: str = yaml.dump_all(every, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDTH, explicit_start=len(every) > 1)
    return text


class _Plain(yaml.SafeDumper):
    """Without aliases: everything is written where it stands, and texts of several lines as they are."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 the signature of a dumper
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)
