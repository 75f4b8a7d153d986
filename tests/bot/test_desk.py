"""What happens to a request between the member and the handler."""

import pytest

from guildwright_bot.ask import Ask
from guildwright_bot.desk import Request, attend
from guildwright_bot.guard import POST, P, Requirement, Target
from guildwright_bot.refusal import Refusal
from tests.fakes.bot import CHANNEL, FakeAnswer, FakeErrors, FakeStanding, actor, ask, deps

MANAGED = Requirement("giveaway start", user=P.MANAGE_GUILD)


class Handler:
    """Counts its calls."""

    def __init__(self, result: Refusal | Exception | None = None) -> None:
        self.calls: list[dict[str, object]] = []
        self._result = result

    async def __call__(self, asked: Ask, **options: object) -> Refusal | None:
        self.calls.append(options)
        if isinstance(self._result, Exception):
            raise self._result
        if self._result is None:
            await asked.reply("done")
        return self._result


async def test_a_refused_member_reads_why_and_the_handler_is_never_called() -> None:
    handler, answer = Handler(), FakeAnswer()
    await attend(ask(answer), Request("giveaway start", MANAGED, handler), {})
    assert handler.calls == []
    assert "Manage Server" in answer.text


async def test_an_admitted_member_is_handled_with_the_options() -> None:
    handler, answer = Handler(), FakeAnswer()
    await attend(ask(answer, actor(P.MANAGE_GUILD)), Request("giveaway start", MANAGED, handler), {"prize": "Oak"})
    assert handler.calls == [{"prize": "Oak"}]
    assert answer.text == "done"


async def test_a_handler_that_refuses_is_worded_too() -> None:
    answer = FakeAnswer()
    refused = Handler(Refusal("giveaways-refused-over"))
    await attend(ask(answer), Request("giveaways:enter", Requirement(), refused), {})
    assert answer.text == "This giveaway has ended."


async def test_a_refusal_may_speak_of_a_channel_a_reason_or_an_event() -> None:
    """The log has fields of these names itself."""
    answer, errors = FakeAnswer(), FakeErrors()
    args = {"permissions": "send-messages", "channel": "1", "reason": "x", "event": "y"}
    refused = Handler(Refusal("guard-bot-missing", args))
    await attend(ask(answer, deps=deps(errors=errors)), Request("x", Requirement(), refused), {})
    assert errors.reported == []
    assert "Send Messages" in answer.text


async def test_a_fault_is_reported_and_the_member_gets_its_number() -> None:
    answer, errors = FakeAnswer(), FakeErrors()
    broken = Handler(RuntimeError("boom"))
    await attend(ask(answer, deps=deps(errors=errors)), Request("help", Requirement("help"), broken), {})
    assert [where for _, where in errors.reported] == ["help"]
    assert "0badf00d" in answer.text
    assert "boom" not in answer.text


async def test_the_bot_is_judged_in_the_channel_where_it_will_act() -> None:
    place = CHANNEL + 1
    requirement = Requirement("giveaway start", bot=POST, place=lambda options, _: options.get("channel"))  # type: ignore[arg-type, return-value]
    standing = FakeStanding(by_channel={place: P.NONE})
    for options, expected in (({"channel": place}, 0), ({}, 1)):
        handler, answer = Handler(), FakeAnswer()
        await attend(ask(answer, standing=standing), Request("giveaway start", requirement, handler), options)
        assert len(handler.calls) == expected


async def test_a_bot_that_may_not_write_says_what_it_is_missing_and_where() -> None:
    start = Requirement("giveaway start", user=P.MANAGE_GUILD, bot=POST)
    handler, answer = Handler(), FakeAnswer()
    mute = FakeStanding(permissions=P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY)
    await attend(ask(answer, actor(P.MANAGE_GUILD), standing=mute), Request("giveaway start", start, handler), {})
    assert handler.calls == []
    assert f"I am missing Embed Links, Send Messages in <#{CHANNEL}>" in answer.text


@pytest.mark.parametrize(
    ("may", "missing"),
    [(P.NONE, "Send Messages, View Channel"), (P.VIEW_CHANNEL, "Send Messages"), (P.SEND_MESSAGES, "View Channel")],
)
async def test_nobody_has_the_bot_write_where_they_could_not(may: P, missing: str) -> None:
    hidden = CHANNEL + 1
    handler, answer = Handler(), FakeAnswer()
    request = Request("giveaway start", Requirement("giveaway start", channel="channel"), handler)
    standing = FakeStanding(of_members={hidden: may})
    await attend(ask(answer, standing=standing), request, {"channel": hidden})
    assert handler.calls == []
    assert f"You need the permission {missing} in <#{hidden}>" in answer.text
    await attend(ask(answer, actor(P.ADMINISTRATOR), standing=standing), request, {"channel": hidden})
    await attend(ask(answer, standing=standing), request, {"channel": None})
    assert len(handler.calls) == 2


async def test_the_target_is_judged() -> None:
    requirement = Requirement("kick", target="member")
    standing = FakeStanding(targets={9: Target(9, is_owner=True)})
    handler, answer = Handler(), FakeAnswer()
    await attend(ask(answer, standing=standing), Request("kick", requirement, handler), {"member": 9})
    assert handler.calls == []
    assert "owns this server" in answer.text
