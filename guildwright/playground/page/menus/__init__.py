"""What the menu of a message, a member, a channel or the server offers to whom: what Discord would offer them."""

from collections.abc import Callable

from guildwright.playground.control.errors import ControlError
from guildwright.playground.page.acts.act import Scene
from guildwright.playground.page.menus.channels import channel_menu, server_menu
from guildwright.playground.page.menus.items import Menu
from guildwright.playground.page.menus.members import member_menu
from guildwright.playground.page.menus.messages import message_menu

_MENUS: dict[str, Callable[[Scene], Menu]] = {
    "message": message_menu,
    "member": member_menu,
    "channel": channel_menu,
    "server": server_menu,
}


def menu(scene: Scene, kind: str) -> Menu | None:
    """The menu, or None where there is nothing (any more)."""
    maker = _MENUS.get(kind)
    try:
        return maker(scene) if maker else None
    except ControlError:
        return None
