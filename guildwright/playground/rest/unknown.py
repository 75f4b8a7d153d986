"""Requests that the playground does not know, counted per route: what a bot needs and does not get here."""

import re

from guildwright.playground.playground import Playground

NAME = "unknown_routes"
EACH = "unknown_route "
_MOST = 1000
_SECRET = re.compile(r"[A-Za-z0-9_.-]{30,}")


def route_of(method: str, path: str) -> str:
    """The route of a request: ids and tokens are the same in all of them."""
    steps = ("{id}" if step.isdigit() else "{token}" if _SECRET.fullmatch(step) else step for step in path.split("/"))
    return f"{method} {'/'.join(steps)}"[:200]


def count(play: Playground, method: str, path: str) -> None:
    """Count one."""
    with play.store.change() as change:
        change.count(NAME)
        known = play.memory.effects
        name = EACH + route_of(method, path)
        if f"{name}:0:0" in known or sum(key.startswith(EACH) for key in known) < _MOST:
            change.count(name)
