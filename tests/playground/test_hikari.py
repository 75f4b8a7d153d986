"""A stock hikari bot, and tanjun on it, live in the playground as they would in Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import hikari
import pytest
import tanjun

from tests.fakes.local_discord import Json, LocalDiscord

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@asynccontextmanager
async def stock_bot(bot: hikari.GatewayBot) -> AsyncIterator[hikari.GatewayBot]:
    """Start it as anybody would, but for the address."""
    await bot.start(check_for_updates=False)
    try:
        yield bot
    finally:
        await bot.close()


def make_bot(discord: LocalDiscord) -> hikari.GatewayBot:
    url = f"http://127.0.0.1:{discord.port}/api/v10"
    return hikari.GatewayBot(discord.token, rest_url=url, intents=hikari.Intents.ALL, banner=None, logs=None)


async def test_it_starts_sees_the_guild_and_writes(discord: LocalDiscord) -> None:
    bot = make_bot(discord)
    seen: asyncio.Queue[str] = asyncio.Queue()

    @bot.listen()
    async def on_guild(event: hikari.GuildAvailableEvent) -> None:
        await seen.put(event.guild.name)

    @bot.listen()
    async def on_message(event: hikari.GuildMessageCreateEvent) -> None:
        await seen.put(str(event.content))

    async with stock_bot(bot), asyncio.timeout(30):
        assert await seen.get() == "The Oak Hall"
        channel = int(discord.channel("gatehouse"))
        embed = hikari.Embed(title="Prize", colour=0x0C6A60).add_field("Ends", "soon").set_footer("Oak Hall")
        row = bot.rest.build_message_action_row().add_interactive_button(hikari.ButtonStyle.PRIMARY, "x", label="Enter")
        message = await bot.rest.create_message(channel, "hello", embed=embed, component=row, nonce="n-1")
        again = await bot.rest.create_message(channel, "hello", nonce="n-1")
        assert await seen.get() == "hello"
        assert again.id == message.id
        await message.edit("bye")
        assert [entry.content for entry in await bot.rest.fetch_messages(channel)] == ["bye"]
        await message.delete()
        with pytest.raises(hikari.NotFoundError):
            await bot.rest.fetch_message(channel, message.id)


async def test_it_reads_members_roles_and_channels(discord: LocalDiscord) -> None:
    bot = make_bot(discord)
    async with stock_bot(bot), asyncio.timeout(30):
        guild = await bot.rest.fetch_guild(int(discord.guild))
        members = [member.display_name async for member in bot.rest.fetch_members(guild)]
        roles = {role.name for role in await bot.rest.fetch_roles(guild)}
        channels = {channel.name for channel in await bot.rest.fetch_guild_channels(guild)}
        await bot.rest.add_role_to_member(guild, int(discord.user("cy")), int(discord.role("Artisan")))
        application = await bot.rest.fetch_application()
        private = await bot.rest.create_dm_channel(int(discord.user("ana")))
        greeting = await private.send("hello")
        with pytest.raises(hikari.ForbiddenError):
            await bot.rest.add_role_to_member(guild, int(discord.user("cy")), int(discord.role("Moderator")))

    assert (guild.name, guild.approximate_member_count) == ("The Oak Hall", 5)
    assert set(members) == {"Olive", "Ana", "Bo", "Cy", "Guildwright"}
    assert roles == {"@everyone", "Artisan", "Moderator", "Guildwright"}
    assert channels == {"announcements", "gatehouse", "giveaways", "mod-log", "Hearth"}
    assert str(application.id) == discord.application
    assert greeting.guild_id is None


async def test_tanjun_answers_commands_buttons_and_autocomplete(discord: LocalDiscord) -> None:
    bot = make_bot(discord)
    client = tanjun.Client.from_gateway_bot(bot, declare_global_commands=False)

    async def suggest(ctx: tanjun.abc.AutocompleteContext, value: str) -> None:
        await ctx.set_choices({f"{value}!": value})

    @tanjun.with_str_slash_option("prize", "What the winner gets", autocomplete=suggest)
    @tanjun.with_user_slash_option("host", "Who gives it", default=None)
    @tanjun.as_slash_command("start", "Start a giveaway")
    async def start(ctx: tanjun.abc.SlashContext, prize: str, host: hikari.User | None) -> None:
        await ctx.defer(flags=hikari.MessageFlag.EPHEMERAL)
        await ctx.edit_initial_response(f"{prize} by {host}")

    client.add_component(tanjun.Component().add_slash_command(start))
    body: Json = {
        "user_id": discord.user("ana"),
        "channel_id": discord.channel("giveaways"),
        "command": "start",
        "options": {"prize": "Pie", "host": discord.user("bo")},
    }
    async with stock_bot(bot), asyncio.timeout(30):
        await bot.rest.set_application_commands(int(discord.application), [start.build()])
        result = await discord.told("POST", "/commands", body)
        while result["status"] == "deferred":
            result = await discord.told("GET", f"/interactions/{result['interaction_id']}")
        offered = await discord.told("POST", "/autocomplete", body | {"focused": "prize"})

    assert (result["message"]["content"], result["message"]["flags"]) == ("Pie by bo", 64)
    assert offered["choices"] == [{"name": "Pie!", "value": "Pie"}]


async def test_it_resumes_after_a_lost_connection(discord: LocalDiscord) -> None:
    bot = make_bot(discord)
    seen: asyncio.Queue[str] = asyncio.Queue()

    @bot.listen()
    async def on_message(event: hikari.GuildMessageCreateEvent) -> None:
        await seen.put(str(event.content))

    async with stock_bot(bot), asyncio.timeout(30):
        session = (await discord.told("GET", "/gateway"))["sessions"][0]["session_id"]
        await discord.told("DELETE", f"/gateway/{session}")
        await discord.say("gatehouse", "while away")
        assert await seen.get() == "while away"
        sessions = (await discord.told("GET", "/gateway"))["sessions"]

    assert [entry["session_id"] for entry in sessions] == [session]
