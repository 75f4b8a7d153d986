"""Interaction callbacks and the webhook that belongs to each interaction."""

from litestar.types import ControllerRouterHandler

ROUTES: tuple[ControllerRouterHandler, ...] = ()
