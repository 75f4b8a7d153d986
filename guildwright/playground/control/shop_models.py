"""What the control API takes and says about SKUs and entitlements. Ids are snowflakes as strings."""

from typing import Literal

from guildwright.playground.control.models import View
from guildwright.playground.control.requests import Body

type SkuKind = Literal["durable", "consumable", "subscription"]
type Holder = Literal["user", "guild"]


class NewSku(Body, frozen=True, kw_only=True):
    """Something premium to offer. A subscription is held by a `user` or a `guild`; the other kinds by users."""

    name: str
    kind: SkuKind = "subscription"
    held_by: Holder = "user"


class Purchase(Body, frozen=True, kw_only=True):
    """A person buys; a subscription for guilds needs the `guild_id`. `ends_at` (ISO 8601) makes it end by itself."""

    user_id: str
    sku_id: str
    guild_id: str | None = None
    ends_at: str | None = None


class Cancellation(Body, frozen=True, kw_only=True):
    """A subscription ends at `ends_at` (ISO 8601), or at once. With `refund` it is taken back as if never bought."""

    ends_at: str | None = None
    refund: bool = False


class SkuView(View, frozen=True, kw_only=True):
    """Something premium that the application offers."""

    id: str
    name: str
    slug: str
    kind: SkuKind
    held_by: Holder


class EntitlementView(View, frozen=True, kw_only=True):
    """That somebody has a SKU. `active`: it counts now, and is in the interactions that the bot gets."""

    id: str
    sku_id: str
    user_id: str | None
    guild_id: str | None
    active: bool
    deleted: bool
    consumed: bool
    starts_at: str | None
    ends_at: str | None


class ShopView(View, frozen=True, kw_only=True):
    """Everything that is offered and held."""

    skus: list[SkuView]
    entitlements: list[EntitlementView]
