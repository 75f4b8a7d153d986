"""Users: the bot's own, other ones, private channels, and leaving a guild; see `bearer` for what a person reads too."""

from typing import Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import effects_guild, errors, render
from guildwright.playground.bits import ChannelType
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import Faults
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.ids import digits
from guildwright.playground.records import Channel, User
from guildwright.playground.rest.call import BotCall, Call, answer, nothing


@patch("/users/@me")
async def edit_me(call: BotCall) -> Response[object]:
    """PATCH /users/@me: the name only."""
    body = await call.body()
    fields = Fields(body, Faults())
    fields.unsupported("avatar", "banner")
    fields.faults.check()
    name = body.get("username", call.play.bot.username)
    if not isinstance(name, str) or not 2 <= len(name) <= 32:  # noqa: PLR2004 - Discord's bounds
        raise errors.invalid("username", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 32 in length.")
    with call.play.store.change() as change:
        user = change.put(msgspec.structs.replace(call.play.bot, username=name))
        change.announce(lambda: _tell_of_itself(call, user))
    return answer(render.own_user(call.play.bot))


def _tell_of_itself(call: Call, user: User) -> None:
    """USER_UPDATE, on the shard of what belongs to no guild."""
    told = render.own_user(user)
    call.play.hub.dispatch(Dispatch(name="USER_UPDATE", data=lambda _: told))
    call.play.announce_bot()


@get("/users/{user_id:int}")
async def get_user(call: BotCall, user_id: FromPath[int]) -> Response[object]:
    """GET /users/{user_id}."""
    user = call.memory.users.get(user_id)
    if user is None:
        raise errors.unknown_user()
    return answer(render.user(user))


@delete("/users/@me/guilds/{guild_id:int}", status_code=204)
async def leave_guild(call: BotCall, guild_id: FromPath[int]) -> Response[None]:
    """DELETE /users/@me/guilds/{guild_id}."""
    guild = call.memory.guilds.get(guild_id)
    member = call.memory.member(guild_id, call.own_id)
    if guild is None or member is None:
        raise errors.unknown_guild()
    with call.play.store.change() as change:
        change.count("guilds_left", guild_id)
        effects_guild.bot_left(call.play, change, guild, member)
    return nothing()


@post("/users/@me/channels")
async def open_private_channel(call: BotCall) -> Response[object]:
    """POST /users/@me/channels."""
    body: dict[str, Any] = await call.body()
    given = body.get("recipient_id")
    recipient = digits(given)
    if recipient is None:
        raise errors.invalid("recipient_id", "NUMBER_TYPE_COERCE", f'Value "{given}" is not snowflake.')
    user = call.memory.users.get(recipient)
    if user is None:
        raise errors.unknown_user()
    if user.bot:
        raise errors.DiscordError(400, 50007, "Cannot send messages to this user")
    channel = call.memory.direct_channel(user.id)
    if channel is None:
        channel = Channel(id=call.play.ids.next(), type=ChannelType.DM, recipient_id=user.id)
        with call.play.store.change() as change:
            change.put(channel)
            change.count("private_channels_opened")
    return answer(render.channel(call.memory, channel))


ROUTES = (edit_me, get_user, leave_guild, open_private_channel)
