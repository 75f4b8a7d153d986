"""The hikari bot's commands: builders and models of hikari alone, no framework on it."""

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import hikari

from tests.clients.talk import tell

type Json = dict[str, Any]
type Answer[T] = Callable[[T], Awaitable[None]]

_OPTIONS = (
    (hikari.OptionType.STRING, "text"),
    (hikari.OptionType.INTEGER, "count"),
    (hikari.OptionType.BOOLEAN, "yes"),
    (hikari.OptionType.USER, "who"),
    (hikari.OptionType.CHANNEL, "where"),
    (hikari.OptionType.ROLE, "rank"),
    (hikari.OptionType.MENTIONABLE, "thing"),
    (hikari.OptionType.FLOAT, "share"),
    (hikari.OptionType.ATTACHMENT, "paper"),
)
_REPLY = hikari.ResponseType.MESSAGE_CREATE
_EPHEMERAL = hikari.MessageFlag.EPHEMERAL


def builders(rest: hikari.api.RESTClient) -> list[hikari.api.CommandBuilder]:
    """All commands."""
    look = rest.slash_command_builder("look", "Look at every kind of option")
    for kind, name in _OPTIONS:
        look.add_option(
            hikari.CommandOption(
                type=kind,
                name=name,
                description=f"The {name}",
                is_required=name != "paper",
                autocomplete=name == "text",
            )
        )
    plain = [rest.slash_command_builder(name, f"Do {name}") for name in _COMMANDS if name.islower() and name != "look"]
    menus = [
        rest.context_menu_command_builder(hikari.CommandType.USER, "Greet"),
        rest.context_menu_command_builder(hikari.CommandType.MESSAGE, "Quote"),
    ]
    return [look, *plain, *menus]


async def _look(asked: hikari.CommandInteraction) -> None:
    values: Json = {option.name: option.value for option in asked.options or ()}
    found = asked.resolved
    assert found
    who, where, rank = found.members[values["who"]], found.channels[values["where"]], found.roles[values["rank"]]
    thing = found.roles.get(values["thing"]) or found.users[values["thing"]]
    seen: Json = {
        "by": str(asked.user.id),
        "locale": str(asked.locale),
        "guild": str(asked.guild_id),
        "text": values["text"],
        "count": values["count"],
        "yes": values["yes"],
        "who": {
            "id": str(who.id),
            "name": who.display_name,
            "roles": sorted(str(role) for role in who.role_ids if role != asked.guild_id),
        },
        "where": {"id": str(where.id), "name": where.name, "type": int(where.type)},
        "rank": {"id": str(rank.id), "name": rank.name},
        "thing": {"id": str(thing.id), "name": getattr(thing, "name", None) or thing.username},
        "share": values["share"],
    }
    if "paper" in values:
        paper = found.attachments[values["paper"]]
        seen["paper"] = {"filename": paper.filename, "size": paper.size, "text": (await paper.read()).decode()}
    await asked.create_initial_response(_REPLY, json.dumps(seen))


async def _later(asked: hikari.CommandInteraction) -> None:
    await asked.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
    await asked.edit_initial_response("Thought about it")
    follow_up = await asked.execute("A follow-up")
    await asked.edit_message(follow_up, "A follow-up, edited")
    await asked.execute("For your eyes only", flags=_EPHEMERAL)
    gone = await asked.execute("Soon gone")
    await asked.delete_message(gone)
    original = await asked.fetch_initial_response()
    tell(event="later is done", content=original.content)


async def _hidden(asked: hikari.CommandInteraction) -> None:
    await asked.create_initial_response(_REPLY, "Soon gone", flags=_EPHEMERAL)
    await asked.delete_initial_response()
    tell(event="hidden is done")


async def _ask(asked: hikari.CommandInteraction) -> None:
    rest = asked.app.rest
    name, about = rest.build_modal_action_row(), rest.build_modal_action_row()
    name.add_text_input("name", "Name")
    about.add_text_input("about", "About", style=hikari.TextInputStyle.PARAGRAPH, required=False)
    await asked.create_modal_response("A question", "question", components=[name, about])


async def _panel(asked: hikari.CommandInteraction) -> None:
    build = asked.app.rest.build_message_action_row
    buttons, words, people, ranks, things = (build() for _ in range(5))
    buttons.add_interactive_button(hikari.ButtonStyle.PRIMARY, "again", label="Again", emoji="🎁")
    buttons.add_interactive_button(hikari.ButtonStyle.SECONDARY, "quiet", label="Quiet")
    buttons.add_link_button("https://example.org/rules", label="Rules")
    menu = words.add_text_menu("words", max_values=2)
    for word in ("red", "green", "blue"):
        menu.add_option(word.title(), word)
    people.add_select_menu(hikari.ComponentType.USER_SELECT_MENU, "people", max_values=3)
    ranks.add_select_menu(hikari.ComponentType.ROLE_SELECT_MENU, "ranks")
    things.add_select_menu(hikari.ComponentType.MENTIONABLE_SELECT_MENU, "things", max_values=5)
    await asked.create_initial_response(_REPLY, "Choose", components=[buttons, words, people, ranks, things])


async def _places(asked: hikari.CommandInteraction) -> None:
    row = asked.app.rest.build_message_action_row()
    row.add_channel_menu("places", channel_types=[hikari.ChannelType.GUILD_TEXT])
    await asked.create_initial_response(_REPLY, "Where?", component=row)


async def _greet(asked: hikari.CommandInteraction) -> None:
    assert asked.resolved
    assert asked.target_id
    assert asked.member
    target = asked.resolved.members[asked.target_id]
    await asked.create_initial_response(_REPLY, f"Hello {target.display_name}, says {asked.member.display_name}")


async def _quote(asked: hikari.CommandInteraction) -> None:
    assert asked.resolved
    assert asked.target_id
    target = asked.resolved.messages[asked.target_id]
    await asked.create_initial_response(_REPLY, f"{target.author.global_name} said: {target.content}")


_COMMANDS: dict[str, Answer[hikari.CommandInteraction]] = {
    "look": _look,
    "later": _later,
    "hidden": _hidden,
    "ask": _ask,
    "panel": _panel,
    "places": _places,
    "Greet": _greet,
    "Quote": _quote,
}


async def _say_chosen(asked: hikari.ComponentInteraction, names: Iterable[str | None]) -> None:
    await asked.create_initial_response(_REPLY, json.dumps(sorted(str(name) for name in names)), flags=_EPHEMERAL)


async def press(asked: hikari.ComponentInteraction) -> None:
    """Answer a button or a select."""
    assert asked.member
    found = asked.resolved
    match asked.custom_id:
        case "again":
            text = f"Pressed by {asked.member.display_name}"
            await asked.create_initial_response(hikari.ResponseType.MESSAGE_UPDATE, text)
        case "quiet":
            await asked.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)
            await asked.edit_initial_response("Quietly changed")
        case "words":
            await _say_chosen(asked, asked.values)
        case _:
            assert found
            named = [*found.roles.values(), *found.channels.values()]
            members = [member.display_name for member in found.members.values()]
            await _say_chosen(asked, [*members, *(thing.name for thing in named)])


async def answer(event: hikari.InteractionCreateEvent) -> None:
    """Whatever the interaction is."""
    asked = event.interaction
    if isinstance(asked, hikari.AutocompleteInteraction):
        typed = next(str(option.value) for option in asked.options if option.is_focused)
        choices = [hikari.impl.AutocompleteChoiceBuilder(f"{typed}!", typed)]
        await asked.create_response([*choices, hikari.impl.AutocompleteChoiceBuilder(f"{typed}?", f"{typed}-")])
    elif isinstance(asked, hikari.CommandInteraction):
        await _COMMANDS[asked.command_name](asked)
    elif isinstance(asked, hikari.ModalInteraction):
        inputs = {part.custom_id: part.value for row in asked.components for part in row}
        await asked.create_initial_response(_REPLY, json.dumps(inputs), flags=_EPHEMERAL)
    elif isinstance(asked, hikari.ComponentInteraction):
        await press(asked)
