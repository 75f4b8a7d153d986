"""Clicks find their handler by custom_id."""

from typing import Any, cast

import pytest

from guildwright_bot.ask import Ask
from guildwright_bot.guard import Requirement
from guildwright_bot.interactions import Button, Router, custom_id, parse
from tests.fakes.bot import FakeAnswer, ask

NOBODY = cast("Any", None)


def test_a_custom_id_leads_back() -> None:
    built = custom_id("giveaways", "claim", 7, 0)
    assert built == "gw:giveaways:claim:7:0"
    assert parse(built) == ("giveaways:claim", ["7", "0"])


@pytest.mark.parametrize("given", ["", "hello", "gw:giveaways", "other:giveaways:enter:7"])
def test_what_we_did_not_build_leads_nowhere(given: str) -> None:
    assert parse(given) is None


def test_a_custom_id_that_discord_would_refuse_is_never_sent() -> None:
    with pytest.raises(ValueError, match="no usable custom_id"):
        custom_id("giveaways", "enter", "x" * 100)
    with pytest.raises(ValueError, match="no usable custom_id"):
        custom_id("giveaways", "enter", "a:b")


async def test_a_click_reaches_its_handler_with_its_arguments() -> None:
    seen: list[list[int]] = []

    async def handler(asked: Ask, *, args: list[int]) -> None:
        seen.append(args)
        await asked.reply("in")

    answer = FakeAnswer()
    router = Router([Button("giveaways", "enter", Requirement(), handler, ids=1)], NOBODY)
    await router.route(ask(answer), "gw:giveaways:enter:7")
    assert (seen, answer.text) == ([[7]], "in")


@pytest.mark.parametrize("given", ["gw:giveaways:vanished:7", "nonsense"])
async def test_a_click_on_a_button_of_another_age_gets_a_friendly_answer(given: str) -> None:
    answer = FakeAnswer()
    await Router([], NOBODY).route(ask(answer), given)
    assert "older version" in answer.text


@pytest.mark.parametrize(
    "args",
    ["", ":", ":abc", ":-7", ":7:8", ":\u0667", ":9223372036854775808", ":99999999999999999999", ":7" + "0" * 80],
)
async def test_a_click_whose_ids_are_none_gets_the_same_answer_and_reaches_no_handler(args: str) -> None:
    answer = FakeAnswer()
    router = Router([Button("giveaways", "enter", Requirement(), NOBODY, ids=1)], NOBODY)
    await router.route(ask(answer), f"gw:giveaways:enter{args}")
    assert "older version" in answer.text


def test_two_buttons_of_one_name_are_a_mistake() -> None:
    twice = [Button("giveaways", "enter", Requirement(), NOBODY)] * 2
    with pytest.raises(ValueError, match="same feature and verb"):
        Router(twice, NOBODY)
