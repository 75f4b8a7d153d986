"""Routes of the control API about what the application sells."""

from litestar import get, post
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import shop_models as models
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@get("/shop", summary="What is offered, and who has it", tags=["read"], responses=REFUSALS)
async def get_shop(control: Access) -> models.ShopView:
    """SKUs and entitlements, the ended and deleted ones too."""
    return control.shop.look()


@post("/skus", summary="Offer something premium", tags=["arrange"], responses=REFUSALS)
async def offer_sku(control: Access, data: JSONBody[models.NewSku]) -> models.SkuView:
    """As in the developer portal's page "Monetization"."""
    return control.shop.offer(data)


@post("/entitlements", summary="Buy something premium as a member", tags=["act"], responses=REFUSALS)
async def buy(control: Access, data: JSONBody[models.Purchase]) -> models.EntitlementView:
    """The bot hears ENTITLEMENT_CREATE; a subscription lasts until it is cancelled."""
    return control.shop.buy(data)


@post(
    "/entitlements/{entitlement_id:str}/cancel",
    summary="End a subscription, or refund",
    tags=["act"],
    responses=REFUSALS,
    status_code=200,
)
async def cancel(
    control: Access, entitlement_id: FromPath[str], data: JSONBody[models.Cancellation]
) -> models.EntitlementView:
    """The bot hears ENTITLEMENT_UPDATE with the end, or ENTITLEMENT_DELETE after a refund."""
    return control.shop.cancel(entitlement_id, data)


ROUTES = (get_shop, offer_sku, buy, cancel)
