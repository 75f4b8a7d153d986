"""Everything a member can use: the commands and buttons of the core and of every feature, found by the one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import tanjun

from guildwright.platform.texts import Texts
from guildwright_bot.desk import Request
from guildwright_bot.features import FEATURES
from guildwright_bot.interactions import Button
from guildwright_bot.kit import Kit, leaves, request_of

MODULES = ("guildwright_bot.core.commands", *(f"guildwright_bot.features.{name}.commands" for name in FEATURES))


@dataclass(frozen=True)
class Registry:
    """The commands, as tanjun components, and the buttons."""

    components: Sequence[tanjun.Component]
    buttons: Sequence[Button]

    def requests(self) -> dict[str, Request]:
        """Every command by its whole name.

        Raises:
            LookupError: a command was not built with the kit, so it would escape the guard.
        """
        found = {}
        for component in self.components:
            for name, command in leaves(component):
                request = request_of(command)
                if request is None:
                    raise LookupError(f"the command {name!r} has no guard requirement: build it with Kit.command")
                found[name] = request
        return found


def collect(texts: Texts) -> Registry:
    """Build all commands and buttons anew; tanjun's commands belong to one client only."""
    kit = Kit(texts)
    modules = [import_module(path) for path in MODULES]
    return Registry(
        [module.component(kit) for module in modules], [button for module in modules for button in module.buttons()]
    )
