"""The side panel tells one message's own story: what the bot was told of it, and what it did because of it."""

from typing import Any

import msgspec

from guildwright.playground.page.names import GuildNames
from guildwright.playground.page.raw import raw
from guildwright.playground.page.trace import ABOUT_IT, ABSENT, FORGOTTEN, PRIVATE, Trace, Tracer
from guildwright.playground.records import Interaction, Json, Message
from tests.fakes.hall import Hall

TOKEN = "a-secret-interaction-token"  # noqa: S105 - what must not be shown


class Wire:
    """Records what a bot in the hall would be told and send."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.recorder = hall.play.recorder
        self.channel = hall.channel_id("giveaways")

    def told(self, event: str, **data: Any) -> None:
        self.recorder.gateway_sent(msgspec.json.encode({"op": 0, "s": 1, "t": event, "d": data}))

    def rest(self, method: str, path: str, status: int = 200, **parts: Any) -> None:
        self.recorder.exchange(method=method, path="/api/v10" + path, status=status, **parts)

    def asked(self, number: int, reply: Message | None = None, source: Message | None = None, **data: Any) -> None:
        """A member's interaction: kept, and told to the bot."""
        ana = self.hall.user_id("ana")
        record = Interaction(
            id=number,
            token=f"{TOKEN}-{number}",
            type=3 if source else 2,
            guild_id=None,
            channel_id=self.channel,
            user_id=ana,
            data={},
            command_name=data.get("name"),
            source_message_id=source.id if source else None,
            reply_id=reply.id if reply else None,
        )
        with self.hall.play.store.change() as change:
            change.put(record)
        message: Json = {"message": {"id": str(source.id)}} if source else {}
        member = {"user": {"id": str(ana)}}
        self.told("INTERACTION_CREATE", id=str(number), type=record.type, member=member, data=data, **message)

    def answered(self, number: int, kind: int) -> None:
        self.rest("POST", f"/interactions/{number}/{TOKEN}-{number}/callback", status=204, request={"type": kind})

    def trace(self, message: Message) -> Trace:
        return Tracer(self.hall.play, GuildNames(self.hall.play, message.guild_id or 0)).trace(message)


def said(trace: Trace) -> list[tuple[str, list[str]]]:
    return [(group.title, [step.what for step in group.steps]) for group in trace.groups]


def test_a_members_message_shows_that_the_bot_was_told_and_what_it_did_with_it(hall: Hall) -> None:
    wire = Wire(hall)
    message, other = hall.write("bo", content="spam"), hall.write("cy", content="hello")
    for one in (message, other):
        wire.told("MESSAGE_CREATE", id=str(one.id), author={"id": str(one.author_id)}, content=one.content)
    wire.rest("PUT", f"/channels/{wire.channel}/messages/{message.id}/reactions/x/@me", status=204)
    wire.rest("DELETE", f"/channels/{wire.channel}/messages/{message.id}", status=204)
    wire.told("MESSAGE_DELETE", id=str(message.id))
    trace = wire.trace(message)
    done = ["Told of the message", "Reaction added", "Message deleted", "Told that it was deleted"]
    assert said(trace) == [(ABOUT_IT, done)]
    assert trace.groups[0].steps[0].detail == "by Bo: spam"
    assert said(wire.trace(other)) == [(ABOUT_IT, ["Told of the message"])]


def test_a_reply_shows_the_command_that_it_answers_and_what_else_that_led_to(hall: Hall) -> None:
    wire = Wire(hall)
    reply = hall.write("guildwright", content="Started.")
    wire.asked(5, reply, name="giveaway")
    wire.answered(5, 4)
    wire.rest("POST", f"/webhooks/1/{TOKEN}-5", request={"content": "one more"}, response={"id": "77"})
    assert said(wire.trace(reply)) == [("Ana: /giveaway", ["Interaction received", "Reply", "Reply sent"])]


def test_presses_on_a_message_belong_to_it_and_presses_on_others_do_not(hall: Hall) -> None:
    wire = Wire(hall)
    panel, other = hall.write("guildwright", content="Press"), hall.write("guildwright", content="Press")
    wire.rest("POST", f"/channels/{wire.channel}/messages", response={"id": str(panel.id)})
    wire.asked(5, source=panel, custom_id="enter")
    wire.answered(5, 7)
    wire.asked(6, source=other, custom_id="enter")
    wire.answered(6, 7)
    assert said(wire.trace(panel)) == [
        (ABOUT_IT, ["Message sent"]),
        ("Ana: press", ["Interaction received", "Message changed in reply"]),
    ]


def test_what_soon_followed_a_press_elsewhere_is_not_said_to_have_come_of_it(hall: Hall) -> None:
    wire = Wire(hall)
    other = hall.write("guildwright", content="Press")
    wire.asked(5, source=other, custom_id="enter")
    wire.answered(5, 7)
    panel = hall.write("guildwright", content="Another")
    wire.rest("POST", f"/channels/{wire.channel}/messages", response={"id": str(panel.id)})
    assert said(wire.trace(panel)) == [(ABOUT_IT, ["Message sent"])]


def test_a_refused_reply_to_a_message_stands_there_in_discords_words(hall: Hall) -> None:
    wire = Wire(hall)
    message = hall.write("bo", content="!giveaway")
    refused = {"message": "Missing Permissions", "code": 50013}
    reply = {"message_reference": {"message_id": str(message.id)}}
    wire.rest("POST", f"/channels/{wire.channel}/messages", status=403, request=reply, response=refused)
    step = wire.trace(message).groups[0].steps[0]
    assert (step.what, step.failed, step.detail) == (
        "Message sent",
        True,
        "Discord said no: Missing Permissions (50013)",
    )


def test_where_there_is_nothing_the_panel_says_why(hall: Hall) -> None:
    wire = Wire(hall)
    old = hall.write("bo", content="long ago")
    assert wire.trace(old).note == FORGOTTEN
    wire.rest("GET", "/users/@me")
    assert wire.trace(hall.write("bo", content="now")).note == ABSENT
    assert wire.trace(hall.write("guildwright", private_to="ana", content="psst")).note == PRIVATE


def test_an_event_that_two_sessions_heard_is_told_once(hall: Hall) -> None:
    wire = Wire(hall)
    message = hall.write("bo", content="hello")
    for _ in range(2):
        wire.told("MESSAGE_CREATE", id=str(message.id), author={"id": str(message.author_id)}, content="hello")
    assert said(wire.trace(message)) == [(ABOUT_IT, ["Told of the message"])]


def test_what_the_wire_carried_can_be_read_but_no_token(hall: Hall) -> None:
    wire = Wire(hall)
    wire.asked(5, name="giveaway")
    wire.rest("POST", f"/interactions/5/{TOKEN}-5/callback", request={"type": 4, "token": TOKEN})
    shown = [raw(one) for one in hall.play.recorder.after(0)]
    assert TOKEN not in repr(shown)
    assert shown[1].line == "POST /api/v10/interactions/5/…/callback"
    assert [part.label for part in shown[1].parts] == ["Request"]
