"""The document as requests are held against it.

Every object is closed: a misspelled field, which Discord would ignore, is a violation. And a snowflake may be a number:
Discord returns strings, but reads both, and discord.py sends numbers in message references and allowed mentions.
"""

from typing import Any

type Json = dict[str, Any]


def sealed(document: Json) -> Json:
    """A copy in which objects with listed properties take no others, and snowflakes may be numbers."""
    result: Json = _seal(document)
    schemas = result.get("components", {}).get("schemas", {})
    if "SnowflakeType" in schemas:
        schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
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
