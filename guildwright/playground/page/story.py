"""The recorded traffic in words: what the bot asked of Discord, and what it was told that made it do so."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from guildwright.platform.markup.names import Names
from guildwright.playground.recorder import Exchange

_LINES = 30
# Later than this the bot acted by itself: the time of day says more than the distance.
_REACTION = timedelta(seconds=15)
_REFUSED = 400
_PRIVATE = 64


@dataclass(frozen=True)
class Line:
    """One step. `gap` is milliseconds since the interaction that it answers, None where there is none."""

    at: datetime
    what: str
    detail: str = ""
    gap: int | None = None
    failed: bool = False


def story(exchanges: Sequence[Exchange], names: Names) -> list[Line]:
    """The newest steps, newest first."""
    lines: list[Line] = []
    cause: datetime | None = None
    for exchange in exchanges:
        line = _rest(exchange, names) if exchange.kind == "rest" else _gateway(exchange, names)
        if line is None:
            continue
        if line.gap == 0:
            cause = line.at
        elif cause and line.at - cause < _REACTION and exchange.kind == "rest":
            line = replace(line, gap=int((line.at - cause) / timedelta(milliseconds=1)))
        lines.append(line)
    return lines[: -_LINES - 1 : -1]


def _gateway(exchange: Exchange, names: Names) -> Line | None:
    payload: Any = exchange.payload or {}
    at = datetime.fromisoformat(exchange.at)
    if exchange.kind == "gateway_sent":
        what = {2: "Logged in", 6: "Took its session up again"}.get(payload.get("op"))
        return Line(at, what) if what else None
    if payload.get("t") != "INTERACTION_CREATE":
        return None
    data = payload["d"]
    user = (data.get("member") or data).get("user", {})
    who = names.user(str(user.get("id"))) or "somebody"
    return Line(at, "Interaction received", f"{_interaction(data)} by {who}", gap=0)


def _interaction(data: dict[str, Any]) -> str:
    inner = data.get("data") or {}
    if data.get("type") in (2, 4):
        words = ["/" + str(inner.get("name"))]
        options = inner.get("options") or []
        while options and options[0].get("type") in (1, 2):
            words.append(str(options[0]["name"]))
            options = options[0].get("options") or []
        return " ".join(words) + (", suggestions" if data["type"] == 4 else "")  # noqa: PLR2004 - autocomplete
    return "a dialog sent" if data.get("type") == 5 else "a press"  # noqa: PLR2004 - modal submit


type _Tell = Callable[[re.Match[str], Any, Names], tuple[str, str] | None]


def _rest(exchange: Exchange, names: Names) -> Line | None:
    path = (exchange.path or "").removeprefix("/api/v10")
    for method, pattern, tell in _TELLINGS:
        found = pattern.fullmatch(path)
        if method != exchange.method or not found:
            continue
        told = tell(found, exchange.request, names)
        if told is None:
            return None
        at = datetime.fromisoformat(exchange.at)
        failed = (exchange.status or 0) >= _REFUSED
        detail = _refusal(exchange) if failed else told[1]
        return Line(at, told[0], detail, failed=failed)
    return None


def _refusal(exchange: Exchange) -> str:
    response: Any = exchange.response
    message = response.get("message", "") if isinstance(response, dict) else ""
    return f"Discord said no: {message or exchange.status}"


def _parts(body: Any) -> str:  # noqa: ANN401 - a recorded body may be anything
    """`1 embed, 2 buttons`: what a message is made of."""
    if not isinstance(body, dict):
        return ""
    rows = body.get("components") or []
    counts = {
        "embed": len(body.get("embeds") or []),
        "button": sum(len(row.get("components") or []) for row in rows if isinstance(row, dict)),
    }
    said = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count]
    return ", ".join(said)


def _message(what: str) -> _Tell:
    def tell(found: re.Match[str], body: Any, names: Names) -> tuple[str, str]:  # noqa: ANN401 - as above
        place = "in #" + (names.channel(found["channel"]) or "a private channel")
        return what, ", ".join(filter(None, (place, _parts(body))))

    return tell


_CALLBACKS = {
    4: "Reply",
    5: "Reply promised",
    6: "Press acknowledged",
    7: "Message changed in reply",
    8: "Suggestions sent",
    9: "Dialog opened",
}


def _callback(_found: re.Match[str], body: Any, _names: Names) -> tuple[str, str]:  # noqa: ANN401 - as above
    body = body if isinstance(body, dict) else {}
    data = body.get("data") or {}
    private = "only that member sees it" if (data.get("flags") or 0) & _PRIVATE else ""
    return _CALLBACKS.get(body.get("type", 0), "Answer"), ", ".join(filter(None, (private, _parts(data))))


def _role(what: str) -> _Tell:
    def tell(found: re.Match[str], _body: Any, names: Names) -> tuple[str, str]:  # noqa: ANN401 - as above
        return what, f"{names.role(found['role']) or 'a role'}, {names.user(found['user']) or 'somebody'}"

    return tell


def _plain(what: str) -> _Tell:
    def tell(_found: re.Match[str], body: Any, _names: Names) -> tuple[str, str]:  # noqa: ANN401 - as above
        return what, f"{len(body)} in all" if isinstance(body, list) else _parts(body)

    return tell


_MESSAGE = r"/channels/(?P<channel>\d+)/messages"
_HOOK = r"/webhooks/\d+/[^/]+"
_MEMBER_ROLE = r"/guilds/\d+/members/(?P<user>\d+)/roles/(?P<role>\d+)"
_TELLINGS: tuple[tuple[str, re.Pattern[str], _Tell], ...] = (
    ("POST", re.compile(_MESSAGE), _message("Message sent")),
    ("PATCH", re.compile(_MESSAGE + r"/\d+"), _message("Message edited")),
    ("DELETE", re.compile(_MESSAGE + r"/\d+"), _message("Message deleted")),
    ("POST", re.compile(r"/interactions/\d+/[^/]+/callback"), _callback),
    ("POST", re.compile(_HOOK), _plain("Reply sent")),
    ("PATCH", re.compile(_HOOK + r"/messages/[^/]+"), _plain("Reply edited")),
    ("DELETE", re.compile(_HOOK + r"/messages/[^/]+"), _plain("Reply deleted")),
    ("PUT", re.compile(_MEMBER_ROLE), _role("Role given")),
    ("DELETE", re.compile(_MEMBER_ROLE), _role("Role taken")),
    ("PUT", re.compile(r"/applications/\d+(?:/guilds/\d+)?/commands"), _plain("Commands declared")),
    ("POST", re.compile(r"/users/@me/channels"), _plain("Private channel opened")),
)
