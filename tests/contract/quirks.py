"""What a stock client library sends that the schemas do not know, though Discord takes it: each by name, and no more.

These are the doings of hikari 2.7, discord.py 2.7 and discord.js 14, beyond our code; anything else that is off stays
a violation.
"""

from typing import Any

type Json = dict[str, Any]

_IDENTIFY, _PRESENCE = 2, 3
_UPDATE_MESSAGE = 7
_VOICE, _MEMBERS = 4, 8
_IDS = {"guild_id", "channel_id", "user_ids"}
# What discord.py sends back of an attachment that a message keeps.
_ATTACHMENT = {"proxy_url", "size", "url", "spoiler", "height", "width", "content_type"}


def without_quirks(payload: Json) -> Json:
    """The payload as the schemas would have it."""
    data = payload.get("d")
    if not isinstance(data, dict):
        return payload
    if payload.get("op") in {_VOICE, _MEMBERS}:
        return payload | {"d": {name: _id(value) if name in _IDS else value for name, value in data.items()}}
    if payload.get("op") == _PRESENCE:
        return payload | {"d": _presence(data)}
    if payload.get("op") == _IDENTIFY and isinstance(data.get("presence"), dict):
        return payload | {"d": data | {"presence": _presence(data["presence"])}}
    return payload


def _id(value: object) -> object:
    """discord.py sends snowflakes as numbers, which Discord reads as well."""
    if isinstance(value, list):
        return [_id(entry) for entry in value]
    return str(value) if isinstance(value, int) else value


def _presence(presence: Json) -> Json:
    """Hikari sends the one activity as `game`, which API v6 called it."""
    if "activities" in presence or "game" not in presence:
        return presence
    game = presence["game"]
    rest = {name: value for name, value in presence.items() if name != "game"}
    return rest | {"activities": [game] if game else []}


def without_request_quirks(method: str, template: str, body: object) -> object:
    """The body of a request as the document would have it: see `_FIELDS` and `_without_message_quirks`."""
    if not isinstance(body, dict):
        return body
    extra = _FIELDS.get((method, template), set())
    return _without_message_quirks(method, {name: value for name, value in body.items() if name not in extra})


def _without_message_quirks(method: str, body: Json) -> Json:
    """What every library sends with messages.

    discord.py sends attachments that are kept as it got them, `flags: 0` in every embed, and `tts: false` also when it
    edits a message (or has an interaction's answer edit one); discord.js sends `enforce_nonce: false` wherever there is
    a message, also where there is no nonce.
    """
    if isinstance(body.get("data"), dict):
        kind = "PATCH" if body.get("type") == _UPDATE_MESSAGE else method
        body = body | {"data": _without_message_quirks(kind, body["data"])}
    for name in ("tts", "enforce_nonce") if method == "PATCH" else ("enforce_nonce",):
        body = _without(body, name) if body.get(name) is False else body
    if method == "PATCH" and isinstance(body.get("attachments"), list):
        listed = body["attachments"]
        kept = [{key: part[key] for key in part if key not in _ATTACHMENT} for part in listed if isinstance(part, dict)]
        body = body | {"attachments": kept}
    if isinstance(body.get("embeds"), list):
        embeds = [_without(embed, "flags") if _unflagged(embed) else embed for embed in body["embeds"]]
        body = body | {"embeds": embeds}
    return body


def _unflagged(embed: object) -> bool:
    return isinstance(embed, dict) and embed.get("flags") == 0


def _without(body: Json, name: str) -> Json:
    return {key: value for key, value in body.items() if key != name}


# Fields that mean nothing to Discord: discord.js leaves its own names in the body.
_FIELDS = {
    ("PUT", "/channels/{channel_id}/permissions/{overwrite_id}"): {"id"},
    ("PATCH", "/guilds/{guild_id}/members/{user_id}"): {"communicationDisabledUntil"},
    ("PATCH", "/guilds/{guild_id}"): {"reason"},
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads"): {"type"},
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"): {"username"},
}
# discord.py asks for the deletion of messages in the query of a ban, where the document has no parameters.
_QUERIES = {("PUT", "/guilds/{guild_id}/bans/{user_id}"): {"delete_message_seconds"}}


def query_quirks(method: str, template: str) -> set[str]:
    """Parameters of a query that are forgiven."""
    return _QUERIES.get((method, template), set())
