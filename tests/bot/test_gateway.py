"""What we correct in hikari, and what we ask of Discord."""

import hikari
import pytest
from hikari.impl import shard as shard_impl

from guildwright_bot import gateway
from guildwright_bot.connection import Fatal, explain, is_within_budget, pause
from guildwright_bot.shard import Share, main, parse_share
from tests.fakes.bot import TOKEN, settings

ALL = hikari.Intents.MESSAGE_CONTENT | hikari.Intents.GUILD_MEMBERS | hikari.Intents.GUILD_PRESENCES


async def nobody() -> None:
    raise AssertionError("nobody was to ask")


def test_no_privileged_intent_is_asked_for_unless_the_host_switched_it_on() -> None:
    assert not gateway.intents_of(settings()) & ALL
    assert gateway.intents_of(settings(intents_members=True)) & ALL == hikari.Intents.GUILD_MEMBERS


def test_refused_intents_are_named_by_their_portal_switch_and_dropped() -> None:
    asked = gateway.intents_of(settings(intents_message_content=True))
    refused = hikari.GatewayServerClosedConnectionError("Disallowed intents", 4014, can_reconnect=False)
    left, switches = explain(refused, asked)
    assert switches == ["Message Content Intent"]
    assert left == gateway.intents_of(settings())


def test_a_refused_token_is_not_tried_again() -> None:
    refused = hikari.GatewayServerClosedConnectionError("Authentication failed", 4004, can_reconnect=False)
    with pytest.raises(Fatal, match="DISCORD_TOKEN"):
        explain(refused, hikari.Intents.GUILDS)


def test_other_ends_are_tried_again_with_the_same_intents() -> None:
    assert explain(RuntimeError("gone"), hikari.Intents.GUILDS) == (hikari.Intents.GUILDS, [])


def test_the_last_fifth_of_a_days_sessions_is_not_touched() -> None:
    assert is_within_budget(1000, 1000, 16)
    assert is_within_budget(201, 1000, 1)
    assert not is_within_budget(200, 1000, 1)


def test_pauses_between_tries_grow_and_stay_bearable() -> None:
    pauses = [pause(tries) for tries in range(1, 20)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1.0, 30.0)


def test_after_years_of_reconnects_a_shard_still_comes_back_within_seconds() -> None:
    bot = gateway.build(settings(), TOKEN, hikari.Intents.GUILDS, nobody)
    assert isinstance(bot, hikari.GatewayBot)
    assert shard_impl._BACKOFF_CAP == gateway.LONGEST_BACKOFF


def test_the_parts_of_hikari_that_we_replace_are_still_there() -> None:
    assert hikari.__version__ == "2.7.0"
    for name in ("_connect", "get_user_id"):
        assert callable(getattr(shard_impl.GatewayShardImpl, name))
    assert callable(hikari.GatewayBot._start_one_shard)


async def test_the_cache_holds_no_members_but_the_bot_itself() -> None:
    cache = gateway.build(settings(), TOKEN, hikari.Intents.GUILDS, nobody).cache.settings
    assert cache.only_my_member
    assert not cache.components & hikari.api.CacheComponents.MESSAGES
    assert not cache.components & hikari.api.CacheComponents.EMOJIS


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0-3/16", Share((0, 1, 2, 3), 16)), ("5/16", Share((5,), 16)), (" 0/1 ", Share((0,), 1))],
)
def test_shards_are_a_range_of_a_total(text: str, expected: Share) -> None:
    assert parse_share(text) == expected


@pytest.mark.parametrize(
    "text", ["", "3", "3-1/16", "0-16/16", "16/16", "a/b", "0-1/0", "0/99999", "-1/4", "\u0663/\u0664"]
)
def test_shards_that_make_no_sense_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"--shards .*(cannot be read|makes no sense)"):
        parse_share(text)


@pytest.mark.parametrize("text", ["", " ", "many"])
def test_a_shard_that_cannot_read_its_share_ends_with_a_sentence(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(settings(), text) == 1
    said = capfd.readouterr()
    assert "cannot be read: write the first and last shard" in said.out + said.err
