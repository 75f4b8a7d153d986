"""The inline rules that only Discord has: spoilers, mentions, timestamps, custom emoji, bare and `<wrapped>` links."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from guildwright.platform.markup import timestamps
from guildwright.platform.markup.names import Names

if TYPE_CHECKING:
    from datetime import datetime

    from markdown_it.token import Token

SCHEMES = frozenset({"http", "https"})

_SPOILER = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)
_EVERYONE = re.compile(r"@(everyone|here)")
_URL = re.compile(r"https?://[^\s<]+", re.IGNORECASE)
_WRAPPED_URL = re.compile(r"<(https?://[^\s<>]+)>", re.IGNORECASE)
_TRAILING = ".,:;\"'!?]*_~|"

type _Draw = Callable[[StateInline, re.Match[str]], bool]


def install(md: MarkdownIt) -> None:
    """Add Discord's inline rules to a parser."""
    md.inline.add_terminator_char("|")
    md.inline.ruler.before("emphasis", "discord_spoiler", _spoiler)
    md.inline.ruler.before("link", "discord_angle", _angle)
    md.inline.ruler.before("link", "discord_url", _url)
    md.inline.ruler.before("link", "discord_everyone", _everyone)


def allowed(url: str) -> bool:
    """Whether a link may be followed from a message: http(s) with a host, and nothing a parser reads two ways."""
    if any(character.isspace() or ord(character) < ord(" ") for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.hostname)


def _spoiler(state: StateInline, silent: bool) -> bool:
    found = _SPOILER.match(state.src, state.pos, state.posMax)
    if found is None or not found.group(1).strip():
        return False
    if not silent:
        state.push("spoiler_open", "", 1)
        _nested(state, found.group(1))
        state.push("spoiler_close", "", -1)
    state.pos = found.end()
    return True


def _nested(state: StateInline, text: str) -> None:
    tokens: list[Token] = []
    state.md.inline.parse(text, state.md, state.env, tokens)
    state.tokens.extend(tokens)


def _angle(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    for pattern, draw in _ANGLES:
        found = pattern.match(state.src, state.pos, state.posMax)
        if found is None:
            continue
        before = len(state.tokens)
        if silent or draw(state, found):
            state.pos = found.end()
            return True
        del state.tokens[before:]
    return False


def _names(state: StateInline) -> Names:
    names: Names = state.env["names"]
    return names


def _pill(state: StateInline, kind: str, text: str) -> bool:
    opening = state.push("mention_open", "span", 1)
    opening.attrs = {"class": f"mention mention-{kind}"}
    state.push("text", "", 0).content = text
    state.push("mention_close", "span", -1)
    return True


def _user(state: StateInline, found: re.Match[str]) -> bool:
    return _pill(state, "user", "@" + (_names(state).user(found["id"]) or "unknown-user"))


def _role(state: StateInline, found: re.Match[str]) -> bool:
    return _pill(state, "role", "@" + (_names(state).role(found["id"]) or "deleted-role"))


def _channel(state: StateInline, found: re.Match[str]) -> bool:
    return _pill(state, "channel", "#" + (_names(state).channel(found["id"]) or "unknown"))


def _command(state: StateInline, found: re.Match[str]) -> bool:
    return _pill(state, "command", "/" + found["name"])


def _emoji(state: StateInline, found: re.Match[str]) -> bool:
    # Pictures would have to come from Discord's servers: the name stands for them.
    opening = state.push("emoji_open", "span", 1)
    opening.attrs = {"class": "emoji"}
    state.push("text", "", 0).content = f":{found['name']}:"
    state.push("emoji_close", "span", -1)
    return True


def _time(state: StateInline, found: re.Match[str]) -> bool:
    when = timestamps.moment(int(found["seconds"]))
    if when is None:
        return False
    now: datetime = state.env["now"]
    style = found["style"] or timestamps.DEFAULT_STYLE
    opening = state.push("time_open", "time", 1)
    title = timestamps.words(when, "F", now)
    opening.attrs = {"datetime": when.isoformat().replace("+00:00", "Z"), "data-style": style, "title": title}
    state.push("text", "", 0).content = timestamps.words(when, style, now)
    state.push("time_close", "time", -1)
    return True


def _wrapped(state: StateInline, found: re.Match[str]) -> bool:
    return allowed(found[1]) and _anchor(state, found[1])


_ANGLES: tuple[tuple[re.Pattern[str], _Draw], ...] = (
    (re.compile(r"<@!?(?P<id>\d{1,20})>"), _user),
    (re.compile(r"<@&(?P<id>\d{1,20})>"), _role),
    (re.compile(r"<#(?P<id>\d{1,20})>"), _channel),
    (re.compile(r"</(?P<name>[-_\w]{1,32}(?: [-_\w]{1,32}){0,2}):\d{1,20}>"), _command),
    (re.compile(r"<a?:(?P<name>\w{2,32}):\d{1,20}>", re.ASCII), _emoji),
    (re.compile(r"<t:(?P<seconds>-?\d{1,17})(?::(?P<style>[tTdDfFR]))?>"), _time),
    (_WRAPPED_URL, _wrapped),
)


def _everyone(state: StateInline, silent: bool) -> bool:
    found = _EVERYONE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _pill(state, "everyone", found.group())
    state.pos = found.end()
    return True


def _url(state: StateInline, silent: bool) -> bool:
    # The text rule stops at ":", so the scheme waits in `pending`.
    if state.src[state.pos] != ":" or state.linkLevel:
        return False
    for scheme in SCHEMES:
        start = state.pos - len(scheme)
        if not state.pending.lower().endswith(scheme) or start < 0:
            continue
        found = _URL.match(state.src, start, state.posMax)
        url = _trimmed(found.group()) if found else ""
        if not allowed(url):
            continue
        if not silent:
            state.pending = state.pending[: -len(scheme)]
            _anchor(state, url)
        state.pos = start + len(url)
        return True
    return False


def _trimmed(url: str) -> str:
    url = url.rstrip(_TRAILING)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_TRAILING)
    return url


def _anchor(state: StateInline, url: str) -> bool:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": state.md.normalizeLink(url)}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    return True
