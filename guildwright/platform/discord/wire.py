"""What the limiter and its script in Redis say to each other."""

from dataclasses import dataclass

from guildwright.platform.discord import limits
from guildwright.platform.discord.limits import Answer, Ask, Verdict


@dataclass
class Permit:
    """One request's leave."""

    id: str
    number: int  # older ones go first
    ask: Ask
    verdict: Verdict | None = None
    shared: bool = False  # whether Redis gave it
    left: bool = False  # whoever asked waits no more


@dataclass
class Told:
    """How a request ended, and when, in monotonic seconds."""

    permit: Permit
    answer: Answer
    at: float


def refused(permit: Permit, answer: Answer) -> bool:
    """Whether an answer says that the token is no longer good."""
    return permit.ask.counted and answer.status == 401  # noqa: PLR2004  unauthorized


def ask_of(permit: Permit) -> dict[str, object]:
    """An ask, as the script reads it."""
    return {"id": permit.id, "route": permit.ask.route, "major": permit.ask.major, "counted": permit.ask.counted}


def answer_of(told: Told, now: float) -> dict[str, object]:
    """An answer, as the script reads it."""
    permit, answer = told.permit, told.answer
    return ask_of(permit) | {
        "counted": permit.ask.counted and permit.shared,
        "invalid": answer.invalid,
        "refused": refused(permit, answer),
        "ago_ms": ms(now - told.at),
        "fine": 200 <= answer.status < 300,  # noqa: PLR2004  fine
        "pause_ms": ms(answer.pause),
        "block_ms": ms(answer.block),
        "closed": answer.closed,
        "bucket": answer.bucket,
        "limit": answer.limit,
        "remaining": answer.remaining,
        "reset_ms": ms(answer.reset_after),
    }


def text_of(word: bytes | str) -> str:
    """A word of the script's answer."""
    return word.decode() if isinstance(word, bytes) else word


def verdict_of(word: bytes | str, wait: int | bytes) -> Verdict:
    """The script's answer to an ask: `closed` comes with Discord's code."""
    name, _, code = text_of(word).partition(":")
    return Verdict(name, int(wait) / 1000, int(code or 0))


def ms(seconds: float) -> int:
    """In milliseconds."""
    return round(seconds * 1000)


CONSTANTS: dict[str, object] = {
    "cap": limits.CAP,
    "quiet_cap": limits.QUIET_CAP,
    "quiet_ms": ms(limits.QUIET),
    "hold_ms": ms(limits.HOLD),
    "longest_ms": ms(limits.LONGEST),
    "most_invalid": limits.MOST_INVALID,
    "invalid_ms": ms(limits.INVALID_WINDOW),
    "closed_ms": ms(limits.CLOSED),
    "many_invalid": limits.MANY_INVALID,
    "member_ms": ms(limits.MEMBER),
    "lost_ms": ms(limits.LOST),
    "flying_ms": ms(limits.FLYING),
    "again_ms": ms(limits.AGAIN),
    "together_ms": ms(limits.TOGETHER),
    "least_ms": ms(limits.LEAST),
    "same_window_ms": ms(limits.SAME_WINDOW),
}
