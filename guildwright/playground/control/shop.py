"""The application's shop: the owner offers, people buy and cancel, as in Discord's client."""

import re

import msgspec

from guildwright.playground import entitlements
from guildwright.playground.control import given
from guildwright.playground.control import shop_models as models
from guildwright.playground.control.errors import ControlError, invalid, snowflake, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.playground import Playground
from guildwright.playground.records import Entitlement, Sku

_TYPES: dict[models.SkuKind, int] = {
    "durable": entitlements.DURABLE,
    "consumable": entitlements.CONSUMABLE,
    "subscription": entitlements.SUBSCRIPTION,
}
_LONGEST_NAME = 100


class Shop:
    """One for the whole playground."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def look(self) -> models.ShopView:
        """Everything that is offered and held."""
        memory = self._play.memory
        return models.ShopView(
            skus=[_sku(record) for record in memory.skus.values()],
            entitlements=[self._shown(record) for record in memory.entitlements.values()],
        )

    def offer(self, body: models.NewSku) -> models.SkuView:
        """A new SKU."""
        name = given.named(body.name, 1, _LONGEST_NAME)
        for_guilds = body.held_by == "guild"
        if for_guilds and body.kind != "subscription":
            raise invalid("held_by", "Only a subscription can be held by a guild.")
        flags = 0
        if body.kind == "subscription":
            flags = entitlements.FOR_GUILDS if for_guilds else entitlements.FOR_USERS
        sku = Sku(
            id=self._play.ids.next(),
            type=_TYPES[body.kind],
            name=name,
            slug=re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-"),
            flags=flags | entitlements.AVAILABLE,
        )
        with self._play.store.change() as change:
            change.put(sku)
        return _sku(sku)

    def buy(self, body: models.Purchase) -> models.EntitlementView:
        """A person buys something."""
        user = self._find.person(body.user_id)
        sku = self._play.memory.skus.get(snowflake(body.sku_id, "sku_id"))
        if sku is None:
            raise unknown("sku", body.sku_id, "sku_id")
        for_guilds = bool(sku.flags & entitlements.FOR_GUILDS)
        if for_guilds != (body.guild_id is not None):
            raise invalid("guild_id", "Name the guild if, and only if, the SKU is held by guilds.")
        guild = self._find.guild(body.guild_id) if body.guild_id else None
        if guild:
            self._find.member(guild, body.user_id)
        subscribed = sku.type == entitlements.SUBSCRIPTION
        now = self._play.clock.now().isoformat()
        record = Entitlement(
            id=self._play.ids.next(),
            sku_id=sku.id,
            type=entitlements.APPLICATION_SUBSCRIPTION if subscribed else entitlements.PURCHASE,
            user_id=user.id,
            guild_id=guild.id if guild else None,
            starts_at=now if subscribed else None,
            ends_at=given.moment(body.ends_at, "ends_at").isoformat() if body.ends_at else None,
        )
        self._refuse_twice(record, sku)
        return self._keep("ENTITLEMENT_CREATE", record)

    def cancel(self, entitlement_id: str, body: models.Cancellation) -> models.EntitlementView:
        """A subscription ends, or anything is refunded."""
        record = self._play.memory.entitlements.get(snowflake(entitlement_id, "entitlement_id"))
        if record is None or record.deleted:
            raise unknown("entitlement", entitlement_id, "entitlement_id")
        if body.refund:
            return self._keep("ENTITLEMENT_DELETE", msgspec.structs.replace(record, deleted=True))
        if record.type != entitlements.APPLICATION_SUBSCRIPTION:
            raise ControlError(409, "no_subscription", "Only a subscription ends; this can be refunded.")
        end = given.moment(body.ends_at, "ends_at").isoformat() if body.ends_at else self._play.clock.now().isoformat()
        return self._keep("ENTITLEMENT_UPDATE", msgspec.structs.replace(record, ends_at=end))

    def _refuse_twice(self, wanted: Entitlement, sku: Sku) -> None:
        if sku.type == entitlements.CONSUMABLE:
            return
        owner = (wanted.sku_id, wanted.guild_id or wanted.user_id)
        for held in self._play.memory.entitlements.values():
            if (held.sku_id, held.guild_id or held.user_id) == owner and entitlements.active(self._play, held):
                raise ControlError(409, "already_held", f"{sku.name} is held already.", "sku_id")

    def _keep(self, event: str, record: Entitlement) -> models.EntitlementView:
        with self._play.store.change() as change:
            entitlements.changed(self._play, change, event, record)
        return self._shown(record)

    def _shown(self, record: Entitlement) -> models.EntitlementView:
        return models.EntitlementView(
            id=str(record.id),
            sku_id=str(record.sku_id),
            user_id=str(record.user_id) if record.user_id else None,
            guild_id=str(record.guild_id) if record.guild_id else None,
            active=entitlements.active(self._play, record),
            deleted=record.deleted,
            consumed=record.consumed,
            starts_at=record.starts_at,
            ends_at=record.ends_at,
        )


def _sku(record: Sku) -> models.SkuView:
    kind = next(kind for kind, number in _TYPES.items() if number == record.type)
    held_by: models.Holder = "guild" if record.flags & entitlements.FOR_GUILDS else "user"
    return models.SkuView(id=str(record.id), name=record.name, slug=record.slug, kind=kind, held_by=held_by)
