"""`/help` and `/setup` say what is so, for this member in this guild."""

import json

import pytest

from guildwright_bot.core.commands import Help, setup
from guildwright_bot.core.setup import LEAST, invite_link
from guildwright_bot.guard import POST, P
from guildwright_bot.kit import Kit
from guildwright_bot.registry import MODULES
from tests.fakes.bot import (
    CHANNEL,
    GUILD,
    TEXTS,
    FakeAnswer,
    FakeRedis,
    FakeStanding,
    actor,
    ask,
    config,
    deps,
)

ROLE = "111111111111111111"


@pytest.fixture
def helping() -> Help:
    """The help of all features."""
    from importlib import import_module  # noqa: PLC0415  every feature's commands are built for it

    kit = Kit(TEXTS)
    for path in MODULES:
        import_module(path).component(kit)
    return Help(kit)


async def test_help_shows_a_member_only_what_they_can_use(helping: Help) -> None:
    answer = FakeAnswer()
    await helping(ask(answer))
    assert "**/giveaway list**" in answer.text
    assert "**/giveaway start**" not in answer.text
    assert "6 more commands are not available to you here" in answer.text


async def test_help_shows_a_manager_everything(helping: Help) -> None:
    answer = FakeAnswer()
    await helping(ask(answer, actor(P.MANAGE_GUILD)))
    for name in (
        "help",
        "setup",
        "giveaway start",
        "giveaway edit",
        "giveaway end",
        "giveaway list",
        "giveaway delete",
    ):
        assert f"**/{name}**" in answer.text
    assert "more command" not in answer.text


async def test_help_obeys_the_config(helping: Help) -> None:
    answer = FakeAnswer()
    rules = {"rules": [{"name": "giveaway", "enabled": False}]}
    managing = config(commands=rules, giveaways={"managerRoles": [ROLE]})
    await helping(ask(answer, actor(P.MANAGE_GUILD), config=managing))
    assert "giveaway" not in answer.text
    assert "6 more commands are not available to you here" in answer.text
    assert "permission" not in answer.text


async def test_help_says_how_to_call_commands_by_message_where_that_works(helping: Help) -> None:
    answer = FakeAnswer()
    by_message = config(commands={"mention": True, "prefix": {"text": "!"}})
    await helping(ask(answer, config=by_message, standing=FakeStanding(sees_messages=True)))
    assert "> help" in answer.text
    assert "!help" in answer.text


async def test_help_says_when_a_prefix_cannot_work(helping: Help) -> None:
    answer = FakeAnswer()
    await helping(ask(answer, config=config(commands={"prefix": {"text": "!"}})))
    assert "have not switched on message content" in answer.text


async def test_setup_of_a_healthy_guild_says_what_to_do_next_and_links_the_least_invite() -> None:
    answer = FakeAnswer()
    await setup(ask(answer))
    assert "⚠️" not in answer.text
    assert "/giveaway start" in answer.text
    assert f"permissions={int(LEAST)}" in answer.text
    assert int(LEAST) & int(P.ADMINISTRATOR | P.MANAGE_GUILD | P.MANAGE_ROLES) == 0


async def test_setup_names_every_missing_permission_and_where() -> None:
    answer = FakeAnswer()
    closed = 333333333333333333
    standing = FakeStanding(permissions=POST & ~P.EMBED_LINKS, by_channel={closed: P.VIEW_CHANNEL})
    shut = config(giveaways={"defaultChannel": str(closed)})
    await setup(ask(answer, standing=standing, config=shut))
    assert "I am missing Embed Links" in answer.text
    assert f"I cannot post in <#{closed}> (giveaways.defaultChannel)" in answer.text


async def test_setup_names_roles_that_are_gone() -> None:
    answer = FakeAnswer()
    await setup(ask(answer, config=config(giveaways={"managerRoles": [ROLE]})))
    assert f"The role {ROLE} (giveaways.managerRoles) does not exist" in answer.text


async def test_setup_tells_of_a_document_that_cannot_be_used() -> None:
    answer = FakeAnswer()
    problem = {"file": "oak.yaml", "line": 3, "field": "spec.giveaways.claimTimeout", "message": "must be a duration"}
    redis = FakeRedis({"guildwright:errors:config": {str(GUILD): json.dumps([problem])}})
    await setup(ask(answer, deps=deps(redis=redis)))
    assert "spec.giveaways.claimTimeout: must be a duration" in answer.text


async def test_setup_tells_that_a_prefix_needs_an_intent() -> None:
    answer = FakeAnswer()
    await setup(ask(answer, config=config(commands={"prefix": {"text": "!"}})))
    assert "have not switched on message content" in answer.text


def test_the_invite_link_names_the_application_and_both_scopes() -> None:
    assert invite_link(42) == (
        f"https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions={int(LEAST)}"
    )
    assert CHANNEL
