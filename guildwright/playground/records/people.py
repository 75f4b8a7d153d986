"""Users, the one application, and what users grant it or buy of it. Moments are ISO 8601."""

from typing import ClassVar

from guildwright.playground.records.base import Json, Record, Thing


class Application(Thing, frozen=True, kw_only=True):
    """The one bot application; its bot user has the same id."""

    kind: ClassVar[str] = "application"
    name: str
    token: str
    owner_id: int
    privileged_intents: int
    starts_since: str
    starts_used: int = 0
    client_secret: str = ""
    redirect_uris: tuple[str, ...] = ()
    description: str = ""
    max_concurrency: int = 1
    starts_per_day: int = 1000
    shards: int | None = None


class User(Thing, frozen=True, kw_only=True):
    """A person or a bot. With `closed` its private messages reach nobody (50007)."""

    kind: ClassVar[str] = "user"
    username: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-GB"
    closed: bool = False


class Presence(Record, frozen=True, kw_only=True):
    """How a person appears: online, idle or dnd. Who has none is offline. `activities` are Discord's objects."""

    kind: ClassVar[str] = "presence"
    user_id: int
    status: str
    activities: tuple[Json, ...] = ()

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


class Grant(Record, frozen=True, kw_only=True):
    """A user's OAuth2 grant: first a code, then an access and a refresh token."""

    kind: ClassVar[str] = "grant"
    id: str
    user_id: int
    scopes: tuple[str, ...]
    redirect_uri: str
    code: str | None = None
    code_challenge: str | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    guild_id: int | None = None
    expires_at: str

    @property
    def key(self) -> str:
        """Its own random id."""
        return self.id


class Sku(Thing, frozen=True, kw_only=True):
    """Something premium that the application offers."""

    kind: ClassVar[str] = "sku"
    type: int
    name: str
    slug: str
    flags: int = 0


class Entitlement(Thing, frozen=True, kw_only=True):
    """That a user or a guild has a SKU."""

    kind: ClassVar[str] = "entitlement"
    sku_id: int
    type: int
    user_id: int | None = None
    guild_id: int | None = None
    deleted: bool = False
    consumed: bool = False
    test: bool = False
    starts_at: str | None = None
    ends_at: str | None = None
