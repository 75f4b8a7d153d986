"""Pins: listed page by page, set and taken away; under the routes of today and under those before them."""

from datetime import datetime

from litestar import Response, delete, get, put
from litestar.params import FromPath

from guildwright.playground import errors, pins, render_message
from guildwright.playground.bits import Permission
from guildwright.playground.records import Message
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_LIST = "/channels/{channel_id:int}/messages/pins"
_OLD_LIST = "/channels/{channel_id:int}/pins"
_ONE = [f"{_LIST}/{{message_id:int}}", f"{_OLD_LIST}/{{message_id:int}}"]
_OLD_PAGE = 50


def _readable(call: Call, channel_id: int) -> list[Message]:
    """The pins; without READ_MESSAGE_HISTORY there are none to see."""
    channel = call.channel(channel_id)
    held = call.play.permissions.in_channel(channel, call.own_id)
    return pins.pinned(call.play, channel) if held & Permission.READ_MESSAGE_HISTORY else []


@get(_LIST)
async def list_pins(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET: last pinned first, fifty at a time, before a moment."""
    found = _readable(call, channel_id)
    limit, text = call.query_int("limit", 50, 1, 50), call.query.get("before")
    if text is not None:
        try:
            before = datetime.fromisoformat(text).timestamp()
        except ValueError:
            message = f"Could not parse {text}. Should be ISO8601."
            raise errors.invalid("before", "DATE_TIME_TYPE_PARSE", message) from None
        found = [entry for entry in found if datetime.fromisoformat(entry.pinned_at or "").timestamp() < before]
    items = [
        {"pinned_at": entry.pinned_at, "message": render_message.message(call.memory, entry)} for entry in found[:limit]
    ]
    return answer({"items": items, "has_more": len(found) > limit})


@get(_OLD_LIST)
async def list_pins_at_once(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET as before: the messages alone."""
    found = _readable(call, channel_id)[:_OLD_PAGE]
    return answer([render_message.message(call.memory, entry) for entry in found])


@put(_ONE, status_code=204)
async def pin_message(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[None]:
    """PUT."""
    channel = call.channel(channel_id, Permission.PIN_MESSAGES)
    pins.pin(call.play, channel, call.message(channel, message_id), call.own_id, call.reason)
    return nothing()


@delete(_ONE, status_code=204)
async def unpin_message(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[None]:
    """DELETE."""
    channel = call.channel(channel_id, Permission.PIN_MESSAGES)
    pins.unpin(call.play, channel, call.message(channel, message_id), call.own_id, call.reason)
    return nothing()


ROUTES = (list_pins, list_pins_at_once, pin_message, unpin_message)
