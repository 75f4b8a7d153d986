"""The document with every request object closed: a misspelled field, which Discord would ignore, is a violation."""

from typing import Any

type Json = dict[str, Any]


def sealed(document: Json) -> Json:
    """A copy in which objects with listed properties take no others."""
    result: Json = _seal(document)
    return result


def _seal(node: Any) -> Any:
    if isinstance(node, list):
        return [_seal(value) for value in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _seal(value) for key, value in node.items()}
    # A part of an "all of" must stay open to what the other parts list.
    if isinstance(copy.get("properties"), dict) and "additionalProperties" not in copy and "allOf" not in copy:
        copy["additionalProperties"] = False
    return copy
