"""Operations that the playground serves and Discord's document lacks, each with a schema of ours.

A test holds the list exact: nothing on it is in the document, and nothing off it is served without being documented.
"""

from typing import Any

_REFUSED: dict[str, Any] = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
_TOKENS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "token_type": {"const": "Bearer"},
        "access_token": {"type": "string"},
        "expires_in": {"type": "integer", "minimum": 1},
        "refresh_token": {"type": "string"},
        "scope": {"type": "string"},
        "guild": {"type": "object"},
    },
    "required": ["token_type", "access_token", "expires_in", "scope"],
    "additionalProperties": False,
}
_SKUS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "type": {"enum": [2, 3, 5, 6]},
            "application_id": {"type": "string", "pattern": "^[0-9]+$"},
            "name": {"type": "string"},
            "slug": {"type": "string"},
            "flags": {"type": "integer"},
        },
        "required": ["id", "type", "application_id", "name", "slug", "flags"],
        "additionalProperties": False,
    },
}
_FORM: dict[str, Any] = {"type": ["string", "object", "null"]}
_PAGE: dict[str, Any] = {"request": _FORM, "response": {"type": ["string", "null"]}}

# (method, path template) → JSON schemas of the request's and the successful response's body.
UNDOCUMENTED: dict[tuple[str, str], dict[str, Any]] = {
    # Resources, Guild, Modify Current User Nick: deprecated, and what discord.py calls.
    ("PATCH", "/guilds/{guild_id}/members/@me/nick"): {
        "request": {"type": "object", "properties": {"nick": {"type": ["string", "null"], "maxLength": 32}}},
        "response": {"type": "object"},
    },
    # What Discord's own client and nextcord send instead of PUT.
    ("POST", "/channels/{channel_id}/thread-members/@me"): {
        "request": {"type": "null"},
        "response": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["code", "message"]}]},
    },
    # Resources, SKU, List SKUs.
    ("GET", "/applications/{application_id}/skus"): {"request": {"type": "null"}, "response": _SKUS},
    ("GET", "/oauth2/authorize"): _PAGE,
    ("POST", "/oauth2/authorize"): _PAGE,
    ("POST", "/oauth2/token"): {"request": _FORM, "response": {"anyOf": [_TOKENS, _REFUSED]}},
    ("POST", "/oauth2/token/revoke"): {
        "request": _FORM,
        "response": {"anyOf": [_REFUSED, {"type": "object", "maxProperties": 0}]},
    },
    # Get Thread Member takes @me for a user as the other routes of it do; discord.js asks so for its own membership.
    ("GET", "/channels/{channel_id}/thread-members/@me"): {
        "request": {"type": "null"},
        "response": {"type": "object"},
    },
}
