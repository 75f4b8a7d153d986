"""Where Discord's OpenAPI document differs from Discord's documentation, the documentation wins: every correction here.

The document calls itself a preview. A test proves that each correction still is one: that the document says otherwise.
"""

import copy
from collections.abc import Iterable
from typing import Any, NamedTuple

type Json = dict[str, Any]


class Correction(NamedTuple):
    """A JSON pointer into the document, what stands there instead, and why."""

    pointer: str
    schema: Json
    reason: str


_SCHEMAS = "/components/schemas"
_COMMAND_REQUESTS = (
    "ApplicationCommandCreateRequest",
    "ApplicationCommandUpdateRequest",
    "ApplicationCommandPatchRequestPartial",
)
_BITS: Json = {
    "anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 0}, {"type": "null"}]
}

CORRECTIONS = (
    Correction(
        f"{_SCHEMAS}/InnerErrors/properties/_errors/items",
        {
            "type": "object",
            "properties": {"code": {"type": ["string", "integer"]}, "message": {"type": "string"}},
            "required": ["code", "message"],
        },
        "Reference, Error Messages: the codes of nested errors are words such as BASE_TYPE_REQUIRED.",
    ),
    Correction(
        f"{_SCHEMAS}/ErrorDetails",
        {
            "anyOf": [
                {"$ref": "#/components/schemas/InnerErrors"},
                {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/ErrorDetails"}},
            ],
        },
        "A node with _errors would match neither alternative alone: as an object its _errors is no ErrorDetails.",
    ),
    Correction(
        f"{_SCHEMAS}/ComponentEmojiForRequest/properties/animated",
        {"type": "boolean"},
        "Components, Button: a partial emoji has name, id and animated; the document returns animated only.",
    ),
    *(
        Correction(f"{_SCHEMAS}/{name}/properties/{field}", schema, reason)
        for name in _COMMAND_REQUESTS
        for field, schema, reason in (
            ("default_member_permissions", _BITS, "Application Commands: a string of bits; hikari sends a number."),
            (
                "nsfw",
                {"type": "boolean"},
                "Application Commands, Create: nsfw is a field; the document returns it only.",
            ),
        )
    ),
)

GATEWAY_CORRECTIONS = (
    Correction(
        "/definitions/_DataPayload_GatewayDispatchEvents.Resumed_undefined_/properties/d",
        {"type": "object"},
        "The types say RESUMED has no data; Discord sends an object, and hikari fails without one.",
    ),
)


def corrected(document: Json, corrections: Iterable[Correction] = CORRECTIONS) -> Json:
    """A copy of the document with the corrections in it."""
    result = copy.deepcopy(document)
    for correction in corrections:
        parent, _, name = correction.pointer.rpartition("/")
        at(result, parent)[name] = copy.deepcopy(correction.schema)
    return result


def at(document: Json, pointer: str) -> Any:
    """What the document has at a pointer."""
    node: Any = document
    for step in pointer.strip("/").split("/"):
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node
