"""The discord.py bot's commands, in the library's own way: a command tree, views and a modal."""

import json
from typing import Any

import discord
from discord import app_commands

from tests.clients.talk import tell

type Json = dict[str, Any]
type Asked = discord.Interaction[discord.Client]


def build(bot: discord.Client) -> app_commands.CommandTree[discord.Client]:
    """The tree with every command on it."""
    tree = app_commands.CommandTree(bot)
    for command in (look, later, hidden, ask, choose, panel, places, greet, quote):
        tree.add_command(command)
    bot.add_view(Panel())
    bot.add_view(Places())
    return tree


@app_commands.command(name="look", description="Look at every kind of option")
async def look(  # noqa: PLR0913, PLR0917 - one of each kind
    asked: Asked,
    text: str,
    count: int,
    yes: bool,
    who: discord.Member,
    where: discord.TextChannel,
    rank: discord.Role,
    thing: discord.Member | discord.Role,
    share: float,
    paper: discord.Attachment | None = None,
) -> None:
    """Answer with what the library made of them."""
    seen: Json = {
        "by": str(asked.user.id),
        "locale": str(asked.locale.value),
        "guild": str(asked.guild_id),
        "text": text,
        "count": count,
        "yes": yes,
        "who": {
            "id": str(who.id),
            "name": who.display_name,
            "roles": sorted(str(role.id) for role in who.roles if not role.is_default()),
        },
        "where": {"id": str(where.id), "name": where.name, "type": where.type.value},
        "rank": {"id": str(rank.id), "name": rank.name},
        "thing": {"id": str(thing.id), "name": thing.name},
        "share": share,
    }
    if paper:
        seen["paper"] = {"filename": paper.filename, "size": paper.size, "text": (await paper.read()).decode()}
    await asked.response.send_message(json.dumps(seen))


@look.autocomplete("text")
async def suggest(_: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Two choices from what is typed."""
    return [
        app_commands.Choice(name=f"{current}!", value=current),
        app_commands.Choice(name=f"{current}?", value=f"{current}-"),
    ]


@app_commands.command(name="later", description="Think, answer late, follow up")
async def later(asked: Asked) -> None:
    """Everything that a webhook of an interaction can do in public."""
    await asked.response.defer(thinking=True)
    await asked.edit_original_response(content="Thought about it")
    follow_up = await asked.followup.send("A follow-up", wait=True)
    await asked.followup.edit_message(follow_up.id, content="A follow-up, edited")
    await asked.followup.send("For your eyes only", ephemeral=True)
    gone = await asked.followup.send("Soon gone", wait=True)
    await asked.followup.delete_message(gone.id)
    original = await asked.original_response()
    tell(event="later is done", content=original.content)


@app_commands.command(name="hidden", description="Answer in private and take it back")
async def hidden(asked: Asked) -> None:
    """A private answer that is deleted."""
    await asked.response.send_message("Soon gone", ephemeral=True)
    await asked.delete_original_response()
    tell(event="hidden is done")


class Question(discord.ui.Modal, title="A question"):
    """Two inputs."""

    name: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Name", custom_id="name")
    about: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="About", custom_id="about", style=discord.TextStyle.paragraph, required=False
    )

    async def on_submit(self, asked: Asked) -> None:
        """Say what was filled in."""
        seen = {"name": self.name.value, "about": self.about.value}
        await asked.response.send_message(json.dumps(seen), ephemeral=True)


@app_commands.command(name="ask", description="Open a modal")
async def ask(asked: Asked) -> None:
    """The modal."""
    await asked.response.send_modal(Question())


class Choice(discord.ui.Modal, title="A choice"):
    """Two selects with labels."""

    colour: discord.ui.Label[Any] = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(custom_id="colour", options=[discord.SelectOption(label="Red", value="red")]),
    )
    who: discord.ui.Label[Any] = discord.ui.Label(text="Who", component=discord.ui.UserSelect(custom_id="who"))

    async def on_submit(self, asked: Asked) -> None:
        """Say what was chosen."""
        colour: Any = self.colour.component
        who: Any = self.who.component
        seen = {"colour": colour.values, "who": [entry.display_name for entry in who.values]}
        await asked.response.send_message(json.dumps(seen), ephemeral=True)


@app_commands.command(name="choose", description="Open a modal with selects")
async def choose(asked: Asked) -> None:
    """The modal."""
    await asked.response.send_modal(Choice())


async def say_chosen(asked: Asked, names: list[str]) -> None:
    """A private answer with the names."""
    await asked.response.send_message(json.dumps(sorted(names)), ephemeral=True)


class Panel(discord.ui.View):
    """Two buttons that do something, one that leads elsewhere, and four selects."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button(label="Rules", url="https://example.org/rules", row=0))

    @discord.ui.button(label="Again", custom_id="again", style=discord.ButtonStyle.primary, emoji="🎁", row=0)
    async def again(self, asked: Asked, _: discord.ui.Button[Any]) -> None:
        """Change the message."""
        await asked.response.edit_message(content=f"Pressed by {asked.user.display_name}")

    @discord.ui.button(label="Quiet", custom_id="quiet", row=0)
    async def quiet(self, asked: Asked, _: discord.ui.Button[Any]) -> None:
        """Change the message, later."""
        await asked.response.defer()
        await asked.edit_original_response(content="Quietly changed")

    @discord.ui.select(
        custom_id="words",
        max_values=2,
        options=[discord.SelectOption(label=word.title(), value=word) for word in ("red", "green", "blue")],
        row=1,
    )
    async def words(self, asked: Asked, select: discord.ui.Select[Any]) -> None:
        """Texts."""
        await say_chosen(asked, select.values)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="people", max_values=3, row=2)
    async def people(self, asked: Asked, select: discord.ui.UserSelect[Any]) -> None:
        """Members."""
        await say_chosen(asked, [entry.display_name for entry in select.values])

    @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="ranks", row=3)
    async def ranks(self, asked: Asked, select: discord.ui.RoleSelect[Any]) -> None:
        """Roles."""
        await say_chosen(asked, [entry.name for entry in select.values])

    @discord.ui.select(cls=discord.ui.MentionableSelect, custom_id="things", max_values=5, row=4)
    async def things(self, asked: Asked, select: discord.ui.MentionableSelect[Any]) -> None:
        """Members and roles."""
        await say_chosen(asked, [getattr(entry, "display_name", entry.name) for entry in select.values])


class Places(discord.ui.View):
    """A select of channels."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="places", channel_types=[discord.ChannelType.text])
    async def places(self, asked: Asked, select: discord.ui.ChannelSelect[Any]) -> None:
        """Channels."""
        await say_chosen(asked, [entry.name for entry in select.values])


@app_commands.command(name="panel", description="Buttons and selects")
async def panel(asked: Asked) -> None:
    """The message with them."""
    await asked.response.send_message("Choose", view=Panel())


@app_commands.command(name="places", description="A select of channels")
async def places(asked: Asked) -> None:
    """The message with it."""
    await asked.response.send_message("Where?", view=Places())


@app_commands.context_menu(name="Greet")
async def greet(asked: Asked, member: discord.Member) -> None:
    """A command on a member."""
    await asked.response.send_message(f"Hello {member.display_name}, says {asked.user.display_name}")


@app_commands.context_menu(name="Quote")
async def quote(asked: Asked, message: discord.Message) -> None:
    """A command on a message."""
    await asked.response.send_message(f"{message.author.display_name} said: {message.content}")
