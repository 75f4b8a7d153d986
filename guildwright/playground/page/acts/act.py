"""What an act is: something a person does to a message, member, channel or the server, from a menu or in a dialog."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guildwright.playground.control.access import Control
from guildwright.playground.page.forms import Field
from guildwright.playground.page.seat import Seat
from guildwright.playground.page.view import View
from guildwright.playground.playground import Playground

type Filled = Mapping[str, str]


@dataclass(frozen=True)
class Scene:
    """Who acts where, and on what: `target` is the id of a message, user, channel or role, or empty."""

    play: Playground
    control: Control
    at: Seat
    view: View
    target: str

    @property
    def user_id(self) -> str:
        """Who acts."""
        return str(self.at.user.id)

    @property
    def guild_id(self) -> str:
        """Where."""
        return str(self.at.guild.id)


@dataclass(frozen=True)
class Outcome:
    """What comes next: `channel` and `member` lead elsewhere, `then` shows another act's dialog, `said` is a word."""

    channel: str | None = None
    member: str | None = None
    then: str | None = None
    said: str = ""


@dataclass(frozen=True)
class Act:
    """`fields` makes it a dialog, as does `text`, which is said above them; without either it is done at once.

    `run` raises what the control API refuses.
    """

    title: str
    run: Callable[[Scene, Filled], Outcome | None]
    text: Callable[[Scene], str] | None = None
    fields: Callable[[Scene], list[Field]] | None = None
    button: str = "Save"
    danger: bool = False
    template: str = "act.html"


def given(filled: Filled, name: str) -> str:
    """A field's text."""
    return filled.get(name, "").strip()


def choices(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """Values with their words, for a field."""
    return [{"value": value, "label": label} for value, label in pairs]
