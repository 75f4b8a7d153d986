"""Names and moments that a request gives, checked in one place."""

from datetime import datetime

from guildwright.playground.control.errors import invalid


def named(text: str, least: int, most: int, field: str = "name") -> str:
    """A name without the spaces around it."""
    name = text.strip()
    if not least <= len(name) <= most:
        raise invalid(field, f"A name has {least} to {most} characters, not {len(name)}.")
    return name


def moment(text: str, field: str) -> datetime:
    """An aware moment."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(field, f"{text[:40]!r} is not an ISO 8601 moment.") from None
    if found.tzinfo is None:
        raise invalid(field, f"{text!r} names no time zone; write for instance {text}Z.")
    return found
