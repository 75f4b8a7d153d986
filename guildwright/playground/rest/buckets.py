"""Rate limits as counters: the bot's requests a second, the buckets of routes, and the ban for too many refusals.

Discord publishes no numbers for its buckets; these are what bots see. A window starts with its first request and is
over all at once, as Discord's headers say it.
"""

import hashlib
import re
from typing import NamedTuple

import msgspec

from guildwright.playground.clock import Clock

_MAJOR = re.compile(r"/(channels|guilds|webhooks)/(\d+)(?:/([A-Za-z0-9_.-]{30,}))?")
_NUMBER = re.compile(r"/\d+")
_EMOJI = re.compile(r"/reactions/[^/]+")
_CODE = re.compile(r"/(invites|templates)/[^/]+")
# Unbound by the bot's global limit: interactions, and webhooks by their token.
_UNBOUND = re.compile(r"/(?:interactions|webhooks)/\d+/.+")
_MOST_BUCKETS = 10_000


class Route(NamedTuple):
    """Routes that share a bucket: so many requests in so many seconds."""

    route: re.Pattern[str]
    limit: int
    seconds: float


def _route(methods: str, path: str, limit: int, seconds: float) -> Route:
    return Route(re.compile(f"(?:{methods}) {path}"), limit, seconds)


_MESSAGE = r"/channels/\d+/messages/\d+"
_ROUTES = (
    _route("POST", r"/channels/\d+/messages", 5, 5.0),
    _route("PATCH", _MESSAGE, 5, 5.0),
    _route("DELETE", _MESSAGE, 5, 1.0),
    _route("POST", r"/channels/\d+/messages/bulk-delete", 1, 1.0),
    _route("POST", r"/channels/\d+/typing", 5, 5.0),
    _route("PUT|DELETE", _MESSAGE + r"/reactions(?:/[^/]+(?:/[^/]+)?)?", 1, 0.25),
    _route("PUT|DELETE", r"/guilds/\d+/members/\d+/roles/\d+", 10, 10.0),
    _route("PATCH", r"/guilds/\d+/members/(?:\d+|@me)", 10, 10.0),
    _route("POST|PATCH|DELETE", r"/webhooks/\d+/[^/]+(?:/messages/.+)?", 5, 2.0),
)
_USUAL = (50, 1.0)


class Window:
    """How often something happened since the window began."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._began = float("-inf")
        self._hits = 0

    def hit(self, now: float) -> float:
        """Count it, or return how many seconds are to wait first."""
        if now - self._began >= self.seconds:
            self._began, self._hits = now, 0
        if self._hits >= self.limit:
            return self._began + self.seconds - now
        self._hits += 1
        return 0.0

    def left(self, now: float) -> tuple[int, float]:
        """How many more, and the seconds until all are free again."""
        return self.limit - self._hits, max(0.0, self._began + self.seconds - now)

    def over(self, now: float) -> bool:
        """Whether it says nothing any more."""
        return now - self._began >= self.seconds


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the limits are; `refused` requests in `refused_seconds` ban an address for the rest of that time."""

    on: bool = True
    per_second: int = 50
    refused: int = 10_000
    refused_seconds: float = 600.0


class Verdict(NamedTuple):
    """Seconds to wait (0: go on), whether the whole bot must, and the headers that say so."""

    wait: float
    whole: bool
    headers: list[tuple[bytes, bytes]]


class Limits:
    """Every window of this playground."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self.set(settings)

    def set(self, settings: Settings) -> None:
        """Other limits from now on; nothing is counted yet."""
        self.settings = settings
        self._whole = Window(settings.per_second, 1.0)
        self._buckets: dict[str, Window] = {}
        self._refused: dict[str, Window] = {}

    def take(self, method: str, path: str, *, bot: bool) -> Verdict:
        """Count a request, or say how long it has to wait."""
        now = self._clock.monotonic()
        if bot and not _UNBOUND.fullmatch(path):
            wait = self._whole.hit(now)
            if wait:
                return Verdict(wait, True, [(b"x-ratelimit-global", b"true"), (b"x-ratelimit-scope", b"global")])
        name, window = self._window(method, path, now)
        wait = window.hit(now)
        left, reset = window.left(now)
        headers = headers_of(name, (window.limit, left), reset, self._clock)
        return Verdict(wait, False, [*headers, (b"x-ratelimit-scope", b"user")] if wait else headers)

    def _window(self, method: str, path: str, now: float) -> tuple[str, Window]:
        name = bucket_of(method, path)
        major = _MAJOR.match(path)
        key = f"{name}:{major[0] if major else ''}"
        if key not in self._buckets:
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets = {known: window for known, window in self._buckets.items() if not window.over(now)}
            shared = _shared(method, path)
            self._buckets[key] = Window(*(shared[1:] if shared else _USUAL))
        return name, self._buckets[key]

    def refuse(self, address: str) -> None:
        """Count a request of that address that was answered with 401, 403 or 429."""
        limits = self.settings
        self._refused.setdefault(address, Window(limits.refused, limits.refused_seconds)).hit(self._clock.monotonic())

    def banned(self, address: str) -> float:
        """For how many seconds more the address is banned; 0: it is not."""
        window = self._refused.get(address)
        if window is None:
            return 0.0
        left, reset = window.left(self._clock.monotonic())
        return reset if left <= 0 else 0.0

    def refusals(self) -> dict[str, int]:
        """How many counted against each address lately."""
        now = self._clock.monotonic()
        return {
            address: window.limit - window.left(now)[0]
            for address, window in self._refused.items()
            if not window.over(now)
        }


def _shared(method: str, path: str) -> Route | None:
    return next((route for route in _ROUTES if route.route.fullmatch(f"{method} {path}")), None)


def bucket_of(method: str, path: str) -> str:
    """The name of a route's bucket, the same for all its channels or guilds."""
    shared = _shared(method, path)
    route = shared.route.pattern if shared else f"{method} {_template(path)}"
    return hashlib.md5(route.encode(), usedforsecurity=False).hexdigest()


def limit_of(method: str, path: str) -> int:
    """How many requests the route's bucket takes."""
    shared = _shared(method, path)
    return (shared[1:] if shared else _USUAL)[0]


def _template(path: str) -> str:
    plain = _CODE.sub(r"/\1/{}", _EMOJI.sub("/reactions/{}", _MAJOR.sub(r"/\1", path)))
    return _NUMBER.sub("/{}", plain)


def headers_of(bucket: str, limit: tuple[int, int], reset: float, clock: Clock) -> list[tuple[bytes, bytes]]:
    """The headers of a bucket with its limit and what is left of it, free again in `reset` seconds."""
    texts = {
        "limit": str(limit[0]),
        "remaining": str(limit[1]),
        "reset-after": f"{reset:.3f}",
        "reset": f"{clock.now().timestamp() + reset:.3f}",
        "bucket": bucket,
    }
    return [(f"x-ratelimit-{key}".encode(), text.encode()) for key, text in texts.items()]
