"""Embeds: their limits, and the form in which Discord returns them."""

from datetime import datetime
from typing import Any

from guildwright.playground.bodies.fields import Fields
from guildwright.playground.records import Json

MOST_EMBEDS = 10
MOST_TEXT = 6000


def read(fields: Fields) -> tuple[Json, ...] | None:
    """The embeds of a message body; None when it does not mention them."""
    if "embeds" not in fields.body:
        return None
    embeds = [_embed(entry) for entry in fields.objects("embeds", MOST_EMBEDS)]
    total = sum(_length(embed) for embed in embeds)
    if total > MOST_TEXT:
        message = f"Embed size exceeds maximum size of {MOST_TEXT}"
        fields.fault("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)
    return tuple(embeds)


def _embed(fields: Fields) -> Json:
    parts: Json = {
        "title": fields.text("title", 256),
        "description": fields.text("description", 4096),
        "url": fields.link("url"),
        "color": fields.number("color", 0, 0xFFFFFF),
        "timestamp": _timestamp(fields),
        "fields": [_field(entry) for entry in fields.objects("fields", 25)] or None,
        "footer": _named(fields.object("footer"), "text", 2048),
        "author": _named(fields.object("author"), "name", 256),
        "image": _image(fields.object("image")),
        "thumbnail": _image(fields.object("thumbnail")),
    }
    embed = {name: value for name, value in parts.items() if value is not None}
    if not embed.keys() - {"url", "color"}:
        fields.fault("description", "BASE_TYPE_REQUIRED", "This field is required")
    return {"type": "rich", **embed}


def _timestamp(fields: Fields) -> str | None:
    value = fields.text("timestamp", 64)
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        fields.fault("timestamp", "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
        return None


def _field(fields: Fields) -> Json:
    return {
        "name": fields.text("name", 256, shortest=1, needed=True),
        "value": fields.text("value", 1024, shortest=1, needed=True),
        "inline": fields.flag("inline"),
    }


def _named(fields: Fields | None, name: str, longest: int) -> Json | None:
    if fields is None:
        return None
    part: Json = {name: fields.text(name, longest, shortest=1, needed=True)}
    icon = fields.link("icon_url", schemes=("http", "https", "attachment"))
    link = fields.link("url") if name == "name" else None
    return part | ({"icon_url": icon} if icon else {}) | ({"url": link} if link else {})


def _image(fields: Fields | None) -> Json | None:
    if fields is None:
        return None
    return {"url": fields.link("url", schemes=("http", "https", "attachment"), needed=True)}


def _length(embed: Json) -> int:
    """The characters that count towards the limit."""
    texts: list[Any] = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    for field in embed.get("fields", []):
        texts += [field["name"], field["value"]]
    return sum(len(text) for text in texts if isinstance(text, str))
