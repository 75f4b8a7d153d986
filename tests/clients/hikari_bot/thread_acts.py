"""Threads, pins and files by the hikari bot."""

import hashlib
from typing import Any

import hikari

from tests.clients.hikari_bot import says

type Json = dict[str, Any]

PUBLIC, PRIVATE = hikari.ChannelType.GUILD_PUBLIC_THREAD, hikari.ChannelType.GUILD_PRIVATE_THREAD


async def threads(bot: hikari.GatewayBot, step: Json) -> Json:
    """Open threads of every kind, let people in and out, close and delete."""
    rest, channel, user = bot.rest, int(step["channel"]), int(step["user"])
    first = await rest.create_message(channel, "Let us talk")
    public = await rest.create_message_thread(channel, first, "weaving", auto_archive_duration=60, reason="A topic")
    await rest.create_message(public, "The first word")
    await rest.add_thread_member(public, user)
    await rest.edit_channel(public, name="weaving well", rate_limit_per_user=5)
    private = await rest.create_thread(channel, PRIVATE, "secret", invitable=False)
    await rest.add_thread_member(private, user)
    await rest.remove_thread_member(private, user)
    closed = await rest.create_thread(channel, PUBLIC, "closed")
    await rest.create_message(closed, "The last word")
    await rest.edit_channel(closed, archived=True, locked=True, reason="It is over")
    gone = await rest.create_thread(channel, PUBLIC, "gone")
    await rest.delete_channel(gone)
    members = [str(member.user_id) async for member in rest.fetch_thread_members(public)]
    archived = [str(thread.id) async for thread in rest.fetch_public_archived_threads(channel)]
    active = [str(thread.id) for thread in await rest.fetch_active_threads(int(step["guild"]))]
    return {
        "public": str(public.id),
        "private": str(private.id),
        "closed": str(closed.id),
        "gone": str(gone.id),
        "members": sorted(members),
        "archived": archived,
        "active": sorted(active),
    }


async def pins(bot: hikari.GatewayBot, step: Json) -> Json:
    """Pin two of three messages, and one no longer."""
    rest, channel = bot.rest, int(step["channel"])
    first, second, third = [await rest.create_message(channel, f"Pin {number}") for number in (1, 2, 3)]
    for message in (first, second, third):
        await rest.pin_message(channel, message)
    await rest.unpin_message(channel, second)
    return {
        "pinned": [str(entry.message.id) async for entry in rest.fetch_pins(channel)],
        "sent": [str(entry.id) for entry in (first, second, third)],
        "reasons": [None, None],  # hikari gives none
    }


async def files(bot: hikari.GatewayBot, step: Json) -> Json:
    """Send two files, fetch what was sent, and take one away."""
    rest, channel = bot.rest, int(step["channel"])
    notes = hikari.Bytes(step["notes"].encode(), "notes.txt")
    picture = hikari.Bytes(bytes.fromhex(step["picture"]), "dot.png")
    sent = await rest.create_message(channel, "Two files", attachments=[notes, picture])
    fetched = {entry.filename: hashlib.sha256(await entry.read()).hexdigest() for entry in sent.attachments}
    [dot] = [entry for entry in sent.attachments if entry.filename == "dot.png"]
    before = says.message(sent)
    edited = await rest.edit_message(channel, sent, attachments=[dot])
    return {
        "id": str(sent.id),
        "before": before,
        "after": says.message(edited),
        "fetched": fetched,
        "kinds": {entry.filename: entry.media_type for entry in sent.attachments},
        "size": (dot.width, dot.height),
    }


ALL = (threads, pins, files)
