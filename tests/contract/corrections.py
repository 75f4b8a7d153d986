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
    schema: Any
    reason: str


_SCHEMAS = "/components/schemas"
_COMMAND_REQUESTS = (
    "ApplicationCommandCreateRequest",
    "ApplicationCommandUpdateRequest",
    "ApplicationCommandPatchRequestPartial",
)
_BAN = "~1guilds~1{guild_id}~1bans~1{user_id}"
_OVERWRITE = (
    "/paths/~1channels~1{channel_id}~1permissions~1{overwrite_id}/put/requestBody/content/application~1json/schema"
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
        f"{_SCHEMAS}/MessageReferenceType",
        {"type": "integer", "enum": [0, 1]},
        "Message, Message Reference Types: 1 is FORWARD; the document has MessageSnapshotResponse, but not the number.",
    ),
    Correction(
        f"{_SCHEMAS}/EntitlementTypes",
        {"type": "integer", "minimum": 1, "maximum": 10},
        "Resources, Entitlement: types 1 to 8 are purchases, gifts and test purchases; the document has two of them.",
    ),
    *(
        Correction(f"/paths/{_BAN}/{method}/requestBody/required", False, "Guild: nothing is required of either body.")
        for method in ("put", "delete")
    ),
    *(
        Correction(f"{_SCHEMAS}/{name}/properties/permissions", _BITS, "Guild: a string; every library sends one.")
        for name in ("CreateRoleRequest", "UpdateRoleRequestPartial")
    ),
    *(
        Correction(f"{_OVERWRITE}/properties/{name}", _BITS, "Channel, Edit Channel Permissions: a string of bits.")
        for name in ("allow", "deny")
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
        "/definitions/GatewayRateLimitedDispatchData___8__string__/properties/opcode",
        {"type": "integer"},
        "A key of a TypeScript object is a text there; Discord sends the opcode's number.",
    ),
    Correction(
        "/definitions/GatewayGuildAuditLogEntryCreateDispatchData/properties/changes/items",
        {
            "anyOf": [
                {"$ref": "#/definitions/APIAuditLogChange"},
                {
                    "type": "object",
                    "properties": {"key": {"type": "string", "pattern": "^[0-9]+$"}},
                    "required": ["key"],
                },
            ]
        },
        "Audit Log, Exceptions: of command permissions the key is the id of the role, user or channel.",
    ),
    Correction(
        "/definitions/_DataPayload_GatewayDispatchEvents.Resumed_undefined_/properties/d",
        {"type": "object"},
        "The types say RESUMED has no data; Discord sends an object, and hikari fails without one.",
    ),
    Correction(
        "/definitions/APIMessageSnapshotFields",
        {
            "type": "object",
            "properties": {"content": {"type": "string"}, "embeds": {"type": "array"}, "author": {"not": {}}},
            "required": ["type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "mentions"],
        },
        "The schema of this Pick<…> came out as a method's: it wants every field to be an object.",
    ),
    *(
        Correction(
            f"/definitions/{name}/properties/d",
            {"type": "null"},
            "The types say it has no `d`; Discord sends null, and nextcord fails without one.",
        )
        for name in ("GatewayHeartbeatAck", "GatewayReconnect")
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
    for escaped in pointer.strip("/").split("/"):
        step = escaped.replace("~1", "/")
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node
