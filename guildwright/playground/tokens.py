"""Bot tokens in Discord's form."""

import base64
import binascii
import re
import secrets

from guildwright.playground.ids import digits

_FORM = re.compile(r"([A-Za-z0-9_-]{8,32})\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,60}")


class NoToken(Exception):  # noqa: N818 - reads as the sentence it ends
    """The text is no bot token; the message says what one looks like, and does not repeat it."""


def token_for(application_id: int) -> str:
    """A new one; its first segment is the application's id."""
    head = base64.urlsafe_b64encode(str(application_id).encode()).decode().rstrip("=")
    return f"{head}.{secrets.token_urlsafe(4)[:6]}.{secrets.token_urlsafe(28)[:38]}"


def application_of(token: str) -> int:
    """The id of the application that a token is for.

    Raises:
        NoToken: it has not Discord's form.
    """
    if found := _FORM.fullmatch(token):
        head = found[1] + "=" * (-len(found[1]) % 4)
        try:
            application = digits(base64.urlsafe_b64decode(head).decode("ascii"))
        except (binascii.Error, UnicodeDecodeError):
            application = None
        if application:
            return application
    raise NoToken(
        "GUILDWRIGHT_PLAYGROUND_TOKEN is no bot token: write three parts with dots between them, the base64 of the "
        "application's id, 6 and at least 27 letters, digits, '-' or '_'; or leave it out to have one made."
    )
