"""Every command that can be dispatched is declared, with a guard and with texts that Discord accepts."""

import re
from typing import Any

import hikari
import pytest
import tanjun
from fluent.syntax import FluentParser, ast

from guildwright.platform.texts import Texts
from guildwright_bot import declare
from guildwright_bot.core.setup import LEAST
from guildwright_bot.desk import Request
from guildwright_bot.guard import Requirement
from guildwright_bot.kit import add_message_twins, leaves
from guildwright_bot.registry import Registry, collect
from tests.fakes.bot import TEXTS

# What members can use. A command that goes missing has to be taken out here too, by somebody who means it.
EXPECTED = {"help", "setup", *(f"giveaway {verb}" for verb in ("start", "edit", "end", "reroll", "list", "delete"))}
# Entries of the menu of messages, and the command whose work each does.
EXPECTED_MENUS = {"Reroll giveaway": "giveaway reroll"}
EXPECTED_BUTTONS = {"core:setup", *(f"giveaways:{verb}" for verb in ("enter", "claim", "ticket", "post", "discard"))}
SUB_COMMAND, SUB_GROUP = 1, 2


@pytest.fixture
def registry() -> Registry:
    return collect(TEXTS)


def declared_names(registry: Registry) -> set[str]:
    """The whole names in what is sent to Discord."""
    names: set[str] = set()

    def walk(above: str, node: dict[str, Any]) -> None:
        name = f"{above} {node['name']}".strip()
        below = [o for o in node.get("options", []) if o["type"] in (SUB_COMMAND, SUB_GROUP)]
        for option in below:
            walk(name, option)
        if not below:
            names.add(name)

    for command in declare.payload(declare.builders(registry)):
        walk("", command)
    return names


def test_no_command_goes_missing_between_the_features_and_discord(registry: Registry) -> None:
    dispatched = {name for component in registry.components for name, _ in leaves(component)}
    assert declared_names(registry) == dispatched == EXPECTED | EXPECTED_MENUS.keys()


def test_every_command_can_be_called_by_a_message_too(registry: Registry) -> None:
    called: set[str] = set()

    def walk(above: str, command: Any) -> None:
        name = f"{above} {next(iter(command.names))}".strip()
        for child in getattr(command, "commands", ()):
            walk(name, child)
        if not hasattr(command, "commands"):
            called.add(name)

    for component in registry.components:
        add_message_twins(component)
        for command in component.message_commands:
            walk("", command)
    assert called == EXPECTED


def test_no_button_goes_missing(registry: Registry) -> None:
    assert {button.name for button in registry.buttons} == EXPECTED_BUTTONS


def test_tanjun_itself_still_cannot_declare_or_this_module_can_go(registry: Registry) -> None:
    """Tanjun looks for a property that hikari's builders lost; once one of them is mended, declare.py can go."""
    assert not hasattr(declare.builders(registry)[0], "is_dm_enabled")


def test_every_command_and_button_has_a_guard_requirement(registry: Registry) -> None:
    for name, request in registry.requests().items():
        assert isinstance(request, Request)
        assert request.requirement.command == EXPECTED_MENUS.get(name, name), (
            "config rules speak of commands by their whole name"
        )
    for button in registry.buttons:
        assert isinstance(button.requirement, Requirement)


def test_a_command_that_was_not_built_with_the_kit_is_noticed(registry: Registry) -> None:
    async def callback(ctx: tanjun.abc.SlashContext) -> None: ...

    rogue = tanjun.Component(name="rogue").add_slash_command(tanjun.SlashCommand(callback, "rogue", "No guard"))
    with pytest.raises(LookupError, match="rogue"):
        Registry([*registry.components, rogue], registry.buttons).requests()


def test_commands_are_for_guilds_only(registry: Registry) -> None:
    for command in declare.payload(declare.builders(registry)):
        assert command["contexts"] == [hikari.ApplicationContextType.GUILD]


def test_discord_accepts_every_name_and_text(registry: Registry) -> None:
    def walk(node: dict[str, Any]) -> None:
        assert re.fullmatch(r"[-_a-z0-9]{1,32}", node["name"])
        assert 1 <= len(node["description"]) <= 100
        assert len(node.get("options", [])) <= 25
        required = [bool(option.get("required")) for option in node.get("options", [])]
        assert required == sorted(required, reverse=True), "required options come first"
        for option in node.get("options", []):
            walk(option)

    for command in declare.payload(declare.builders(registry)):
        if command["type"] == hikari.CommandType.SLASH:
            walk(command)
        else:
            assert 1 <= len(command["name"]) <= 32
            assert "description" not in command


def test_the_digest_changes_with_any_text_and_with_nothing_else(registry: Registry) -> None:
    first = declare.digest(declare.builders(registry))
    assert declare.digest(declare.builders(collect(TEXTS))) == first
    changed = declare.builders(registry)
    assert isinstance(changed[0], hikari.api.SlashCommandBuilder)
    changed[0].set_description_localizations({hikari.Locale.DE: "Hilfe"})
    assert declare.digest(changed) != first


def test_the_invite_link_asks_for_all_that_a_command_needs_and_no_more(registry: Registry) -> None:
    needed = hikari.Permissions.NONE
    for request in registry.requests().values():
        needed |= request.requirement.bot
    for button in registry.buttons:
        needed |= button.requirement.bot
    assert needed == LEAST


def test_every_message_that_the_code_names_is_in_the_catalogue() -> None:
    """Ids are looked up at run time, so a misspelled one would be found by a member."""
    from pathlib import Path  # noqa: PLC0415  this test reads the sources

    root = Path(__file__).parents[2]
    known = {
        entry.id.name
        for file in (root / "guildwright/platform/locales/en").glob("*.ftl")
        for entry in FluentParser().parse(file.read_text()).body
        if isinstance(entry, ast.Message)
    }
    prefixes = {name.split("-")[0] for name in known} - {"presence", "guild"}
    pattern = re.compile(rf'"((?:{"|".join(sorted(prefixes))})-[a-z-]+[a-z])"')
    named = {
        found for path in (root / "bot/guildwright_bot").rglob("*.py") for found in pattern.findall(path.read_text())
    }
    assert named - known == set()
    assert len(named) > 60


def test_a_description_comes_in_every_locale_that_discord_knows(tmp_path: Any) -> None:
    for locale, text in (("en", "Help"), ("de", "Hilfe"), ("en-XA", "Ħḗŀƥ")):
        (tmp_path / locale).mkdir()
        (tmp_path / locale / "x.ftl").write_text(f"command-x = {text}\n")
    from guildwright_bot.kit import Kit  # noqa: PLC0415  only here

    assert Kit(Texts.load(tmp_path)).about("command-x") == {"default": "Help", "de": "Hilfe"}
