"""One recorded exchange as a few words."""

from dataclasses import dataclass, replace
from typing import Any

from guildwright.platform.markup.names import Names
from guildwright.playground.page.deeds import DEEDS, Deed
from guildwright.playground.page.hearing import heard
from guildwright.playground.recorder import Exchange
from guildwright.playground.records import Json

API = "/api/v10"
_REFUSED = 400
_COMPONENT, _AUTOCOMPLETE, _MODAL = 3, 4, 5
_SUBCOMMANDS = (1, 2)
_IDENTIFY, _RESUME = 2, 6
_NOT_READ = ("/gateway", "/gateway/bot")


@dataclass(frozen=True)
class Told:
    """What was done, with what, and whether Discord refused it; `answers` is the id of the interaction it answers.

    `token` is that of the interaction whose webhook was used; it is never shown.
    """

    what: str
    detail: str = ""
    failed: bool = False
    answers: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Cause:
    """An interaction that the bot was told of, such as `Ana: /giveaway start`."""

    id: str
    title: str


def cause(exchange: Exchange, names: Names) -> Cause | None:
    """The interaction that this exchange is, if it is one."""
    payload: Any = exchange.payload or {}
    if exchange.kind != "gateway_received" or payload.get("t") != "INTERACTION_CREATE":
        return None
    data = payload["d"]
    if data.get("type") == _AUTOCOMPLETE:
        return None  # one for each letter that a member types would bury the rest
    user = (data.get("member") or data).get("user", {})
    return Cause(str(data.get("id")), f"{names.user(str(user.get('id'))) or 'Somebody'}: {_interaction(data)}")


def _interaction(data: Json) -> str:
    inner = data.get("data") or {}
    if data.get("type") == _MODAL:
        return "dialog sent"
    if data.get("type") == _COMPONENT:
        return _label(data, inner.get("custom_id")) or "press"
    words = ["/" + str(inner.get("name"))]
    options = inner.get("options") or []
    while options and options[0].get("type") in _SUBCOMMANDS:
        words.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(words)


def _label(data: Json, custom_id: str | None) -> str | None:
    rows = (data.get("message") or {}).get("components") or []
    for part in (part for row in rows for part in row.get("components") or []):
        if part.get("custom_id") == custom_id:
            return str(part.get("label") or part.get("placeholder") or "") or None
    return None


def step(exchange: Exchange, names: Names, *, reading: bool = False) -> Told | None:
    """What the bot did in this exchange; None for what it was told and, unless `reading`, for what it only read."""
    if exchange.kind != "rest":
        payload: Any = exchange.payload or {}
        what = {_IDENTIFY: "Logged in", _RESUME: "Took its session up again"}.get(payload.get("op"))
        return Told(what) if what and exchange.kind == "gateway_sent" else None
    path = (exchange.path or "").removeprefix(API)
    told = _known(exchange, path, names) or _unknown(exchange, path, reading=reading)
    return replace(told, detail=refusal(exchange), failed=True) if told and refused(exchange) else told


def _known(exchange: Exchange, path: str, names: Names) -> Told | None:
    for method, pattern, tell in DEEDS:
        found = pattern.fullmatch(path) if method == exchange.method else None
        if found:
            deed = tell(found, exchange.request, names)
            parts = found.groupdict()
            return _told(deed, parts.get("interaction"), parts.get("token")) if deed else None
    return None


def _told(deed: Deed, answers: str | None, token: str | None) -> Told:
    return Told(deed.what, deed.detail, answers=answers, token=token)


def _unknown(exchange: Exchange, path: str, *, reading: bool) -> Told | None:
    """A request that no words were found for; an answer to each typed letter is silence on purpose."""
    if path.startswith("/interactions/") or path in _NOT_READ:
        return None
    if exchange.method == "GET" and not (reading or refused(exchange)):
        return None
    what = "Looked up" if exchange.method == "GET" else f"{exchange.method} request"
    return Told(what, "/".join(part for part in path.split("/") if part and not part.isdigit() and len(part) < 30))  # noqa: PLR2004 - longer ones are tokens


def refused(exchange: Exchange) -> bool:
    """Whether Discord said no."""
    return (exchange.status or 0) >= _REFUSED


def refusal(exchange: Exchange) -> str:
    """In Discord's own words, with its code."""
    response: Any = exchange.response
    said = response if isinstance(response, dict) else {}
    code = f" ({said['code']})" if said.get("code") else ""
    return f"Discord said no: {said.get('message') or exchange.status}{code}"


def hearing(exchange: Exchange, names: Names) -> Told | None:
    """What the bot was told in this exchange."""
    payload: Any = exchange.payload or {}
    if exchange.kind != "gateway_received" or not payload.get("t"):
        return None
    said = heard(payload["t"], payload.get("d") or {}, names)
    return Told(*said)
