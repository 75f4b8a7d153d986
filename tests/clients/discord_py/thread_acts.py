"""Threads, pins and files by the discord.py bot."""

import hashlib
import io
from typing import Any

import discord

from tests.clients.discord_py import says

type Json = dict[str, Any]


def text_channel(bot: discord.Client, step: Json) -> discord.TextChannel:
    """The channel that the step names."""
    channel = bot.get_channel(int(step["channel"]))
    assert isinstance(channel, discord.TextChannel)
    return channel


async def threads(bot: discord.Client, step: Json) -> Json:
    """Open threads of every kind, let people in and out, close and delete."""
    channel = text_channel(bot, step)
    user = discord.Object(int(step["user"]))
    first = await channel.send("Let us talk")
    public = await first.create_thread(name="weaving", auto_archive_duration=60, reason="A topic")
    await public.send("The first word")
    await public.add_user(user)
    await public.edit(name="weaving well", slowmode_delay=5)
    private = await channel.create_thread(name="secret", type=discord.ChannelType.private_thread, invitable=False)
    await private.add_user(user)
    await private.remove_user(user)
    closed = await channel.create_thread(name="closed", type=discord.ChannelType.public_thread)
    await closed.send("The last word")
    await closed.edit(archived=True, locked=True, reason="It is over")
    gone = await channel.create_thread(name="gone", type=discord.ChannelType.public_thread)
    await gone.delete()
    members = [str(member.id) for member in await public.fetch_members()]
    archived = [str(thread.id) async for thread in channel.archived_threads()]
    active = [str(thread.id) for thread in await channel.guild.active_threads()]
    return {
        "public": str(public.id),
        "private": str(private.id),
        "closed": str(closed.id),
        "gone": str(gone.id),
        "members": sorted(members),
        "archived": archived,
        "active": sorted(active),
    }


async def pins(bot: discord.Client, step: Json) -> Json:
    """Pin two of three messages, and one no longer."""
    channel = text_channel(bot, step)
    first, second, third = [await channel.send(f"Pin {number}") for number in (1, 2, 3)]
    await first.pin(reason="Important")
    await second.pin()
    await third.pin()
    await second.unpin(reason="Not so important")
    found = [entry async for entry in channel.pins()]
    return {"pinned": [str(entry.id) for entry in found], "sent": [str(entry.id) for entry in (first, second, third)]}


async def files(bot: discord.Client, step: Json) -> Json:
    """Send two files, fetch what was sent, and take one away."""
    channel = text_channel(bot, step)
    notes, picture = step["notes"].encode(), bytes.fromhex(step["picture"])
    sent = await channel.send(
        "Two files",
        files=[
            discord.File(io.BytesIO(notes), "notes.txt", description="Some notes"),
            discord.File(io.BytesIO(picture), "dot.png"),
        ],
    )
    fetched = {entry.filename: hashlib.sha256(await entry.read()).hexdigest() for entry in sent.attachments}
    kinds = {entry.filename: entry.content_type for entry in sent.attachments}
    size = next((entry.width, entry.height) for entry in sent.attachments if entry.filename == "dot.png")
    about = next(entry.description for entry in sent.attachments if entry.filename == "notes.txt")
    before = says.message(sent)
    edited = await sent.edit(attachments=[entry for entry in sent.attachments if entry.filename == "dot.png"])
    return {
        "id": str(sent.id),
        "before": before,
        "after": says.message(edited),
        "fetched": fetched,
        "kinds": kinds,
        "size": size,
        "about": about,
    }


ALL = (threads, pins, files)
