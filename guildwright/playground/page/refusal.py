"""What the control API's services refuse, as a sentence and the field that it is about."""

from dataclasses import dataclass

from guildwright.playground.control.errors import ControlError, detail_of
from guildwright.playground.errors import DiscordError

REFUSALS = (ControlError, DiscordError)


@dataclass(frozen=True)
class Refusal:
    """`field` is the option's name or the input's custom_id, None where it is about the whole."""

    message: str
    field: str | None


def refusal(error: ControlError | DiscordError) -> Refusal:
    """The same words that a script would read."""
    detail = error.detail if isinstance(error, ControlError) else detail_of(error)
    _, _, name = (detail.field or "").partition(".")
    return Refusal(detail.message, name or detail.field)
