"""Webhooks, invites, emojis, private messages, voice and member look-ups by the hikari bot."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import hikari

type Json = dict[str, Any]

SOON = 10.0  # seconds


async def webhooks(bot: hikari.GatewayBot, step: Json) -> Json:
    """Make webhooks, write, edit and delete with one."""
    rest, channel = bot.rest, int(step["channel"])
    herald = await rest.create_webhook(channel, "Herald", reason="To cry")
    await rest.edit_webhook(herald, name="The herald")
    token = str(herald.token)
    said = await rest.execute_webhook(herald, token, "Hear ye", username="Town crier")
    await rest.edit_webhook_message(herald, token, said, "Hear ye, hear ye")
    gone = await rest.execute_webhook(herald, token, "Soon gone")
    await rest.delete_webhook_message(herald, token, gone)
    other = await rest.create_webhook(channel, "Other")
    await rest.delete_webhook(other, reason="One is enough")
    found = await rest.fetch_webhook_message(herald, token, said)
    return {
        "webhook": str(herald.id),
        "names": sorted(str(entry.name) for entry in await rest.fetch_channel_webhooks(channel)),
        "message": {"content": found.content, "author_id": str(found.author.id), "name": found.author.username},
        "id": str(said.id),
        "gone": str(gone.id),
    }


async def invites(bot: hikari.GatewayBot, step: Json) -> Json:
    """Make two invites, look at them, take one back."""
    rest, channel = bot.rest, int(step["channel"])
    made = await rest.create_invite(channel, max_age=3600, max_uses=5, unique=True, reason="For a friend")
    gone = await rest.create_invite(channel, max_age=0)
    await rest.delete_invite(gone)
    found = await rest.fetch_invite(made.code)
    listed = {}
    for entry in await rest.fetch_guild_invites(int(step["guild"])):
        assert isinstance(entry, hikari.InviteWithMetadata)
        age = int(entry.max_age.total_seconds()) if entry.max_age else 0
        listed[entry.code] = {"max_age": age, "max_uses": entry.max_uses, "uses": entry.uses}
    return {"code": made.code, "gone": gone.code, "listed": listed, "channel": str(found.channel_id)}


async def emojis(bot: hikari.GatewayBot, step: Json) -> Json:
    """Make an emoji, rename it, react with it; make another and delete it."""
    rest, guild, channel = bot.rest, int(step["guild"]), int(step["channel"])
    picture = hikari.Bytes(bytes.fromhex(step["picture"]), "spool.png", mimetype="image/png")
    made = await rest.create_emoji(guild, "spool", picture, reason="For the looms")
    await rest.edit_emoji(guild, made, name="bobbin")
    gone = await rest.create_emoji(guild, "gone", picture)
    await rest.delete_emoji(guild, gone)
    message = await rest.create_message(channel, f"Look: <:bobbin:{made.id}>")
    await rest.add_reaction(channel, message, "bobbin", made.id)
    return {"emoji": str(made.id), "gone": str(gone.id), "message": str(message.id)}


async def direct(bot: hikari.GatewayBot, step: Json) -> Json:
    """Write to a member in private."""
    user = await bot.rest.fetch_user(int(step["user"]))
    channel = await user.fetch_dm_channel()
    said = await channel.send("Between us")
    return {"channel": str(channel.id), "message": str(said.id)}


async def refusals(bot: hikari.GatewayBot, step: Json) -> Json:
    """Try what Discord refuses; how the library reports it."""
    rest, guild, channel = bot.rest, int(step["guild"]), int(step["channel"])
    owner, closed = int(step["owner"]), await bot.rest.fetch_user(int(step["closed"]))
    tries: dict[str, Awaitable[Any]] = {
        "ban the owner": rest.ban_user(guild, owner),
        "rename the owner": rest.edit_member(guild, owner, nickname="x"),
        "give a higher role": rest.add_role_to_member(guild, owner, int(step["high"])),
        "an unknown channel": rest.fetch_channel(123),
        "an unknown message": rest.fetch_message(channel, 123),
        "an unknown user": rest.fetch_user(123),
        "an unknown ban": rest.unban_user(guild, closed),
        "a hidden channel": rest.create_message(int(step["hidden"]), "x"),
        "nothing at all": rest.create_message(channel, ""),
        "too much": rest.create_message(channel, "x" * 2001),
        "a closed door": closed.send("x"),
        "an old message": rest.delete_messages(channel, 1, 2),
    }
    return {name: await _refused(trial) for name, trial in tries.items()}


async def _refused(trial: Awaitable[Any]) -> list[int]:
    try:
        await trial
    except hikari.BulkDeleteError as refusal:
        cause: Any = refusal.__cause__
        return [cause.status, cause.code]
    except hikari.ClientHTTPResponseError as refusal:
        return [refusal.status, refusal.code]
    return [200, 0]


async def voice(bot: hikari.GatewayBot, step: Json) -> Json:
    """Join a voice channel and leave it, as the gateway knows it."""
    channel = None if step["voice"] is None else int(step["voice"])
    await bot.update_voice_state(int(step["guild"]), channel, self_mute=False, self_deaf=channel is not None)
    return {}


async def search(bot: hikari.GatewayBot, step: Json) -> Json:
    """Look members up over the gateway, by the start of their names and by ids."""
    guild = int(step["guild"])
    named = await _chunk(bot, guild, "named", query=step["query"], limit=10)
    given = await _chunk(bot, guild, "given", users=[int(key) for key in step["ids"]])
    return {"named": named, "given": given}


async def _chunk(bot: hikari.GatewayBot, guild: int, nonce: str, **wanted: Any) -> list[str]:
    def is_ours(event: hikari.MemberChunkEvent) -> bool:
        return event.nonce == nonce

    waiting = asyncio.create_task(bot.wait_for(hikari.MemberChunkEvent, SOON, is_ours))
    await asyncio.sleep(0)  # until it listens
    await bot.request_guild_members(guild, nonce=nonce, **wanted)
    return sorted(str(key) for key in (await waiting).members)


ALL = (webhooks, invites, emojis, direct, refusals, voice, search)
