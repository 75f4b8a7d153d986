"""The side panel tells recorded traffic in words, grouped by what caused it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from guildwright.platform.markup.names import NoNames
from guildwright.playground.page.story import ITSELF, Group, story
from guildwright.playground.recorder import Exchange

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = "a-secret-interaction-token"  # noqa: S105 - what must not be shown


class Hall(NoNames):
    """Knows one of each."""

    def user(self, user_id: str) -> str | None:
        return {"1": "Ana"}.get(user_id)

    def role(self, role_id: str) -> str | None:
        return {"5": "Artisan"}.get(role_id)

    def channel(self, channel_id: str) -> str | None:
        return {"7": "giveaways"}.get(channel_id)


class Wire:
    """Recorded exchanges, one millisecond apart unless told."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []
        self.now = START

    def _add(self, after: float, **parts: Any) -> None:
        self.now += timedelta(seconds=after)
        self.kept.append(Exchange(number=len(self.kept) + 1, at=self.now.isoformat(), **parts))

    def asked(self, after: float = 0.001, kind: int = 2, **data: Any) -> None:
        body = {"id": "3", "type": kind, "member": {"user": {"id": "1"}}, **data}
        self._add(after, kind="gateway_received", payload={"op": 0, "t": "INTERACTION_CREATE", "d": body})

    def rest(self, method: str, path: str, after: float = 0.001, status: int = 200, **parts: Any) -> None:
        self._add(after, kind="rest", method=method, path="/api/v10" + path, status=status, **parts)

    def told(self) -> list[Group]:
        return story(self.kept, Hall())


def started() -> Wire:
    wire = Wire()
    wire.asked(data={"name": "giveaway", "options": [{"type": 1, "name": "start", "options": [{"type": 3}]}]})
    reply = {"type": 4, "data": {"flags": 64}}
    wire.rest("POST", f"/interactions/3/{TOKEN}/callback", after=0.014, request=reply)
    panel = {"embeds": [{}], "components": [{"type": 1, "components": [{"type": 2}, {"type": 2}]}]}
    wire.rest("POST", "/channels/7/messages", request=panel)
    return wire


def test_what_followed_an_interaction_stands_below_it_in_order_with_its_distance() -> None:
    group = started().told()[0]
    assert (group.title, group.answered) == ("Ana: /giveaway start", 14)
    assert [(step.gap, step.what, step.detail) for step in group.steps] == [
        (14, "Reply", "only that member sees it"),
        (15, "Message sent", "in #giveaways, 1 embed, 2 buttons"),
    ]


def test_what_comes_long_after_was_done_by_itself() -> None:
    wire = started()
    wire.rest("PATCH", "/channels/7/messages/9", after=30)
    wire.rest("PUT", "/guilds/2/members/1/roles/5")
    group = wire.told()[0]
    assert (group.title, group.answered) == (ITSELF, None)
    assert [(step.gap, step.what, step.detail) for step in group.steps] == [
        (None, "Message edited", "in #giveaways"),
        (None, "Role given", "Artisan, Ana"),
    ]


def test_what_the_bot_does_while_a_press_waits_is_no_answer_to_it() -> None:
    wire = Wire()
    wire.asked(kind=3, data={"custom_id": "enter"})
    wire.rest("POST", "/channels/7/messages")
    assert [(group.title, group.answered, len(group.steps)) for group in wire.told()] == [
        (ITSELF, None, 1),
        ("Ana: press", None, 0),
    ]
    wire.rest("POST", f"/interactions/3/{TOKEN}/callback", request={"type": 6})
    assert [group.answered for group in wire.told()] == [None, 2]


def test_a_press_has_the_name_of_its_button_and_the_newest_group_is_first() -> None:
    wire = started()
    row = {"components": [{"type": 2, "custom_id": "enter", "label": "Enter 3"}]}
    wire.asked(kind=3, data={"custom_id": "enter"}, message={"components": [row]})
    assert [group.title for group in wire.told()] == ["Ana: Enter 3", "Ana: /giveaway start"]
    assert wire.told()[0].answered is None


def test_the_letters_of_an_autocompletion_are_not_told() -> None:
    wire = Wire()
    wire.asked(kind=4, data={"name": "giveaway"})
    wire.rest("POST", f"/interactions/3/{TOKEN}/callback", request={"type": 8, "data": {"choices": []}})
    assert wire.told() == []


def test_a_refusal_says_what_discord_said() -> None:
    wire = Wire()
    wire.rest("POST", "/channels/7/messages", status=403, response={"message": "Missing Permissions", "code": 50013})
    step = wire.told()[0].steps[0]
    assert (step.failed, step.detail) == (True, "Discord said no: Missing Permissions (50013)")


def test_reading_is_not_told_and_no_token_is_shown() -> None:
    wire = started()
    wire.rest("GET", "/channels/7")
    wire.rest("PATCH", f"/webhooks/3/{TOKEN}/messages/@original", request={"content": "late"})
    assert TOKEN not in repr(wire.told())
    assert [step.what for step in wire.told()[0].steps] == ["Reply", "Message sent", "Reply edited"]
