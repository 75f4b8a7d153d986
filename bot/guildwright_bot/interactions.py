"""Clicks: finds the handler of a button by its custom_id, `gw:<feature>:<verb>:<args>`.

A custom_id lives as long as its message, so a click may come from a message that an older version posted: what
nobody handles any more gets a friendly private answer, never silence.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import hikari
import structlog

from guildwright_bot.ask import Ask, Handler, Reply
from guildwright_bot.desk import Request, attend
from guildwright_bot.guard import Requirement

MARK = "gw"
LONGEST = 100
_ID = re.compile(r"\d{1,19}", re.ASCII)
_LARGEST_ID = 2**63 - 1
_DEFER_AFTER = 2.0  # Discord waits three seconds for the first answer

_log = structlog.get_logger("guildwright.interactions")

type AskOf = Callable[[Click, "ClickAnswer"], Coroutine[Any, Any, Ask | None]]
type Click = hikari.ComponentInteraction | hikari.ModalInteraction


@dataclass(frozen=True)
class Button:
    """What a click on one kind of component does. The handler gets the ids that the custom_id carries as `args`."""

    feature: str
    verb: str
    requirement: Requirement
    handler: Handler
    ids: int = 0  # how many the custom_id carries

    @property
    def name(self) -> str:
        """How the button is called in logs and metrics."""
        return f"{self.feature}:{self.verb}"


def custom_id(feature: str, verb: str, *args: int | str) -> str:
    """The custom_id that leads back to a button's handler.

    Raises:
        ValueError: it would not fit Discord's 100 characters, or an argument has a colon.
    """
    parts = [feature, verb, *map(str, args)]
    built = ":".join([MARK, *parts])
    if any(":" in part for part in parts) or len(built) > LONGEST:
        raise ValueError(f"no usable custom_id: {built!r}")
    return built


def parse(given: str) -> tuple[str, list[str]] | None:
    """Read "gw:giveaways:enter:7" as ("giveaways:enter", ["7"]); None for what we did not build."""
    parts = given.split(":")
    if len(parts) < 3 or parts[0] != MARK:  # noqa: PLR2004  mark, feature and verb
        return None
    return f"{parts[1]}:{parts[2]}", parts[3:]


def _ids(args: Sequence[str]) -> list[int]:
    """The arguments that are ids which a database column can hold."""
    return [int(arg) for arg in args if _ID.fullmatch(arg) and int(arg) <= _LARGEST_ID]


class Router:
    """Sends each click to its button's handler, through the desk."""

    def __init__(self, buttons: Sequence[Button], ask_of: "AskOf") -> None:
        self.buttons: Mapping[str, Button] = {button.name: button for button in buttons}
        if len(self.buttons) != len(buttons):
            raise ValueError("two buttons have the same feature and verb")
        self._ask_of = ask_of

    async def on_interaction(self, event: hikari.InteractionCreateEvent) -> None:
        """Listen to hikari's event; slash commands and autocomplete are tanjun's."""
        click = event.interaction
        if not isinstance(click, hikari.ComponentInteraction | hikari.ModalInteraction):
            return
        async with ClickAnswer(click) as answer:
            ask = await self._ask_of(click, answer)
            if ask is not None:
                await self.route(ask, click.custom_id)

    async def route(self, ask: Ask, given: str) -> None:
        """Handle a click whose custom_id is `given`."""
        found = parse(given)
        button = self.buttons.get(found[0]) if found else None
        ids = _ids(found[1]) if found else []
        if found is None or button is None or not len(ids) == len(found[1]) == button.ids:
            _log.info("unknown button", custom_id=given, guild=str(ask.guild_id))
            await ask.reply(ask.text("button-unknown"))
            return
        await attend(ask, Request(button.name, button.requirement, button.handler), {"args": ids})


@dataclass
class ClickAnswer:
    """The private answer to a click; says "thinking…" by itself when the handler needs longer than Discord waits."""

    click: Click
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _deferred: bool = False
    _answered: bool = False
    _timer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._timer = asyncio.create_task(self._defer())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def __call__(self, reply: Reply) -> None:
        """Show the reply to the one who clicked."""
        async with self._lock:
            shown: dict[str, Any] = {
                "content": reply.content or hikari.UNDEFINED,
                "embeds": list(reply.embeds) or hikari.UNDEFINED,
                "components": list(reply.components) or hikari.UNDEFINED,
                "mentions_everyone": False,
                "user_mentions": False,
                "role_mentions": False,
            }
            if self._answered:
                await self.click.execute(flags=hikari.MessageFlag.EPHEMERAL, **shown)
            elif self._deferred:
                await self.click.edit_initial_response(**shown)
            elif reply.replaces:
                shown |= {"embeds": list(reply.embeds), "components": list(reply.components)}
                await self.click.create_initial_response(hikari.ResponseType.MESSAGE_UPDATE, **shown)
            else:
                await self.click.create_initial_response(
                    hikari.ResponseType.MESSAGE_CREATE, flags=hikari.MessageFlag.EPHEMERAL, **shown
                )
            self._answered = True

    async def _defer(self) -> None:
        await asyncio.sleep(_DEFER_AFTER)
        async with self._lock:
            if not self._answered:
                self._deferred = True
                await self.click.create_initial_response(
                    hikari.ResponseType.DEFERRED_MESSAGE_CREATE, flags=hikari.MessageFlag.EPHEMERAL
                )
