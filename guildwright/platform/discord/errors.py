"""What Discord's answers mean for a job: the type of the error is the retry policy."""

from guildwright.platform.jobs.outcomes import GiveUp, Unavailable


class DiscordRefused(GiveUp):
    """Discord understood and said no (4xx). The same request would be refused again.

    Attributes:
        code: Discord's own code, such as 50013 (missing permissions) or 10008 (unknown message); 0 when it sent none.
        status: The HTTP status.
        message: Discord's words.
        nothing_done: Whether it is certain that what was asked has not happened: no earlier answer to it was lost.
        nonce: Of the effect that was asked for.
    """

    def __init__(self, code: int, status: int, message: str, route: str = "") -> None:
        super().__init__(f"{route}: {status} {code} {message}".strip(": "))
        self.code = code
        self.status = status
        self.message = message
        self.nothing_done = True
        self.nonce: str | None = None


class DiscordUnavailable(Unavailable):
    """Discord gave no usable answer: it may or may not have done what was asked, unless `nothing_done`.

    Try again, with the same nonce.
    """


class DiscordClosed(DiscordUnavailable):
    """Discord said no to the same a minute ago (ten where much is refused), and was not asked again; nothing was done.

    It may have been opened meanwhile, so what has to happen waits until Discord is asked. What only informs lets it be.
    """


class DiscordUnauthorized(DiscordUnavailable):
    """Discord does not know our token (401). Nothing is sent any more until the process has another one."""
