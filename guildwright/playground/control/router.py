"""The control API as one router."""

from litestar import Router
from litestar.di import Provide

from guildwright.playground.control import (
    account_routes,
    act_routes,
    arrange_routes,
    chat_routes,
    clock_routes,
    fault_routes,
    gateway_routes,
    generator_routes,
    guild_routes,
    read_routes,
    shop_routes,
)
from guildwright.playground.control.access import Control
from guildwright.playground.control.errors import HANDLERS
from guildwright.playground.once import OnceRouter


def control_router(control: Control) -> Router:
    """Everything under /control."""

    async def provide() -> Control:
        return control

    return OnceRouter(
        path="/control",
        route_handlers=[
            *read_routes.ROUTES,
            *act_routes.ROUTES,
            *account_routes.ROUTES,
            *shop_routes.ROUTES,
            *chat_routes.ROUTES,
            *arrange_routes.ROUTES,
            *fault_routes.ROUTES,
            *clock_routes.ROUTES,
            *gateway_routes.ROUTES,
            *guild_routes.ROUTES,
            *generator_routes.ROUTES,
        ],
        dependencies={"control": Provide(provide)},
        exception_handlers=HANDLERS,
    )
