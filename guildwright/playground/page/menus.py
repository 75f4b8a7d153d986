"""What the menu of a message, a member or a channel offers to whom. Only what Discord would offer them is there."""

from collections.abc import Callable
from dataclasses import dataclass

from guildwright.playground.bits import Permission
from guildwright.playground.control.errors import ControlError
from guildwright.playground.page.acts.act import Scene
from guildwright.playground.records import Message


@dataclass(frozen=True)
class Item:
    """An entry: an `act` on the menu's target, or what the page's script does (`data`, a name and a value)."""

    label: str
    icon: str
    act: str = ""
    data: tuple[str, str] | None = None
    danger: bool = False
    command: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Menu:
    """Groups of entries, with lines between them."""

    title: str
    groups: list[list[Item]]


def menu(scene: Scene, kind: str) -> Menu | None:
    """The menu, or None where there is nothing (any more)."""
    maker = _MENUS.get(kind)
    try:
        return maker(scene) if maker else None
    except ControlError:
        return None


def _message(scene: Scene) -> Menu:
    message = scene.control.find.seen_message(scene.at.user, scene.target)
    author = scene.view.names.user(str(message.author_id)) or "somebody"
    copies = [Item("Copy text", "copy", data=("copy", message.content))] if message.content else []
    copies.append(Item("Copy message id", "copy", data=("copy", str(message.id))))
    copies.append(Item("What the bot did", "panel-right", data=("story", str(message.id))))
    title = f"Message of {author}"
    if message.private_to:
        return Menu(title, [copies])
    return Menu(title, [group for group in (_talk(scene, message, author), copies, _moderate(scene, message)) if group])


def _talk(scene: Scene, message: Message, author: str) -> list[Item]:
    number = str(message.id)
    items = [
        Item("Add a reaction", "smile-plus", data=("react", number)),
        Item("Reply", "reply", data=("reply", number), hint=author),
    ]
    if message.author_id == scene.at.user.id:
        items.append(Item("Edit", "pencil", data=("edit", number), hint=message.content))
    return items


def _moderate(scene: Scene, message: Message) -> list[Item]:
    rights = scene.play.permissions.in_channel(scene.at.channel, scene.at.user.id)
    may = message.author_id == scene.at.user.id or rights & Permission.MANAGE_MESSAGES
    return [Item("Delete", "trash-2", act="delete-message", danger=True)] if may else []


_MENUS: dict[str, Callable[[Scene], Menu]] = {"message": _message}
