"""Routers that belong to one application: Litestar copies those that it is given deeply, a third of a start's time."""

from collections.abc import Sequence
from copy import copy
from typing import Any, Self

from litestar import Router
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler


class OnceRouter(Router):
    """A router that is registered once. Applications share handlers, so those are copied, but not what they hold."""

    def __init__(self, *, route_handlers: Sequence[ControllerRouterHandler], **options: Any) -> None:  # noqa: ANN401
        """As Litestar's."""
        super().__init__(route_handlers=[_own(each) for each in route_handlers], **options)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself."""
        del memo
        return self


def _own(given: ControllerRouterHandler) -> ControllerRouterHandler:
    if not isinstance(given, BaseRouteHandler):
        return given
    _ = given.parsed_fn_signature  # read here, it is read once for all copies
    return copy(given)
