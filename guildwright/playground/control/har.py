"""The recorded traffic as a HAR 1.2 document, which browsers and other tools open.

REST exchanges are entries. A gateway connection is one entry with its payloads as `_webSocketMessages`, which is how
Chrome writes them.
"""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from guildwright.playground.control import oracle
from guildwright.playground.control.errors import invalid
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.faults import PREFIX
from guildwright.playground.places import place_of
from guildwright.playground.playground import Playground
from guildwright.playground.recorder import Exchange, Opening, masked
from guildwright.playground.records import Json

_VERSION = "HTTP/1.1"
_CUT = "The connection was cut; see _faults."


class Har:
    """Writes what the recorder still holds."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def document(
        self, since: str | None = None, until: str | None = None, guild_id: str | None = None
    ) -> oracle.HarView:
        """All of it, or what happened between two moments, or what belongs to one guild."""
        first, last = _moment(since, "since"), _moment(until, "until")
        guild = self._find.guild(guild_id).id if guild_id else None
        kept = [
            entry
            for entry in self._play.recorder.after(0)
            if (first is None or datetime.fromisoformat(entry.at) >= first)
            and (last is None or datetime.fromisoformat(entry.at) <= last)
            and (guild is None or self._guild_of(entry) == guild)
        ]
        entries = [_rest(masked(entry)) for entry in kept if entry.kind == "rest"]
        entries += self._connections([entry for entry in kept if entry.kind != "rest"])
        entries.sort(key=lambda entry: entry["startedDateTime"])
        creator = {"name": "Guildwright playground", "version": "1"}
        return oracle.HarView(log={"version": "1.2", "creator": creator, "pages": [], "entries": entries})

    def _guild_of(self, entry: Exchange) -> int | None:
        if entry.kind == "rest":
            return place_of(self._play.memory, (entry.path or "").removeprefix(PREFIX))[0]
        payload = entry.payload if isinstance(entry.payload, dict) else {}
        data = payload.get("d")
        if not isinstance(data, dict):
            return None
        own = data.get("id") if str(payload.get("t")).startswith("GUILD_") else None
        found = str(data.get("guild_id") or own or "")
        return int(found) if found.isdigit() else None

    def _connections(self, entries: Iterable[Exchange]) -> list[Json]:
        found: dict[int, list[Exchange]] = {}
        for entry in entries:
            found.setdefault(entry.connection or 0, []).append(entry)
        openings = self._play.recorder.openings
        return [_gateway(openings.get(number), payloads) for number, payloads in found.items()]


def _moment(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # what a query string makes of a plus
    except ValueError:
        raise invalid(field, f"{text[:40]!r} is not an ISO 8601 moment.") from None
    if moment.tzinfo is None:
        raise invalid(field, f"{text!r} names no time zone; write for instance {text}Z.")
    return moment


def _pairs(values: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in values]


def _request(method: str, url: str, query: str, headers: dict[str, str]) -> Json:
    return {
        "method": method,
        "url": f"{url}?{query}" if query else url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(headers.items()),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": 0,
    }


def _response(status: int, headers: dict[str, str]) -> Json:
    known = status in {entry.value for entry in HTTPStatus}
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if known else "",
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(headers.items()),
        "content": {"size": 0, "mimeType": headers.get("content-type", "x-unknown")},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": 0,
    }


def _rest(entry: Exchange) -> Json:
    host = entry.request_headers.get("host", "127.0.0.1")
    query = entry.query or ""
    request = _request(entry.method or "", f"http://{host}{entry.path}", query, entry.request_headers)
    if entry.request is not None:
        request["postData"] = {"mimeType": entry.request_type or "", "text": _text(entry.request)}
    request["bodySize"] = entry.request_size
    response = _response(entry.status or 0, entry.response_headers)
    response["content"]["size"] = response["bodySize"] = entry.response_size
    if entry.response is not None:
        response["content"]["text"] = _text(entry.response)
    took = entry.took_ms or 0.0
    return {
        "startedDateTime": entry.at,
        "time": took,
        "request": request,
        "response": response | ({} if entry.status else {"_error": _CUT}),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_faults": entry.faults,
    }


def _gateway(opening: Opening | None, payloads: list[Exchange]) -> Json:
    began = opening or Opening(at=payloads[0].at, query="", headers={})
    started, last = datetime.fromisoformat(began.at), datetime.fromisoformat(payloads[-1].at)
    took = max(0.0, (last - started).total_seconds() * 1000)
    host = began.headers.get("host", "127.0.0.1")
    return {
        "startedDateTime": began.at,
        "time": took,
        "request": _request("GET", f"ws://{host}/gateway", began.query, began.headers),
        "response": _response(101, {}),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": took},
        "_resourceType": "websocket",
        "_webSocketMessages": [_message(entry) for entry in payloads],
    }


def _message(entry: Exchange) -> Json:
    return {
        "type": "send" if entry.kind == "gateway_sent" else "receive",
        "time": datetime.fromisoformat(entry.at).timestamp(),
        "opcode": 1,
        "data": _text(entry.payload),
    }


def _text(body: Any) -> str:  # noqa: ANN401 - recorded bodies are anything that JSON is
    return body if isinstance(body, str) else msgspec.json.encode(body).decode()
