"""What people and servers have bought of the application: its JSON, its events, and what counts at a moment."""

from collections.abc import Iterable
from datetime import datetime

from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.memory import Memory
from guildwright.playground.playground import Playground
from guildwright.playground.records import Entitlement, Json, Sku
from guildwright.playground.store import Change

DURABLE, CONSUMABLE, SUBSCRIPTION = 2, 3, 5  # SKU types
PURCHASE, TEST, APPLICATION_SUBSCRIPTION = 1, 4, 8  # entitlement types
AVAILABLE, FOR_GUILDS, FOR_USERS = 1 << 2, 1 << 7, 1 << 8  # SKU flags


def sku(memory: Memory, record: Sku) -> Json:
    """A SKU object."""
    return {
        "id": str(record.id),
        "type": record.type,
        "application_id": str(memory.application.id),
        "name": record.name,
        "slug": record.slug,
        "flags": record.flags,
    }


def rendered(memory: Memory, record: Entitlement) -> Json:
    """An entitlement object. A server's test entitlement belongs to the developer who made it."""
    body: Json = {
        "id": str(record.id),
        "sku_id": str(record.sku_id),
        "application_id": str(memory.application.id),
        "user_id": str(record.user_id or memory.application.owner_id),
        "type": record.type,
        "deleted": record.deleted,
        "consumed": record.consumed,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
    }
    return body | {"guild_id": str(record.guild_id)} if record.guild_id else body


def changed(play: Playground, change: Change, name: str, record: Entitlement) -> Entitlement:
    """Keep it, and tell: ENTITLEMENT_CREATE, _UPDATE or _DELETE. One that was deleted stays, marked so."""
    change.put(record)
    data = rendered(play.memory, record)
    event = Dispatch(name=name, data=lambda _: data, guild_id=record.guild_id)
    notice = {"entitlement_id": str(record.id), "deleted": record.deleted}

    def announce() -> None:
        play.hub.dispatch(event)
        play.feed.publish("entitlement", notice)

    change.announce(announce)
    return record


def ended(play: Playground, record: Entitlement) -> bool:
    """Whether its time is over."""
    return record.ends_at is not None and datetime.fromisoformat(record.ends_at) <= play.clock.now()


def active(play: Playground, record: Entitlement) -> bool:
    """Whether it counts now."""
    return not (record.deleted or record.consumed or ended(play, record))


def at_hand(play: Playground, user_id: int, guild_id: int | None) -> list[Json]:
    """What counts where this person is: the person's own, and the server's."""
    return [rendered(play.memory, record) for record in _of(play, user_id, guild_id) if active(play, record)]


def _of(play: Playground, user_id: int, guild_id: int | None) -> Iterable[Entitlement]:
    for record in play.memory.entitlements.values():
        if record.user_id == user_id if record.guild_id is None else record.guild_id == guild_id:
            yield record
