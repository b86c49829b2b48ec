"""Values as CEL writes them."""

import json

from guidance.documents.jsontype import JsonValue


def literal(value: JsonValue) -> str:
    """Kubernetes takes lists and maps of one type only, so nothing in them has one."""
    if isinstance(value, list):
        return f"dyn([{', '.join(map(literal, value))}])"
    if isinstance(value, dict):
        return f"dyn({{{', '.join(f'{quoted(key)}: {literal(item)}' for key, item in value.items())}}})"
    return f"dyn({quoted(value) if isinstance(value, str) else json.dumps(value)})"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
