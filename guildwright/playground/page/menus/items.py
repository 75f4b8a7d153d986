"""What menus are made of."""

from dataclasses import dataclass

from guildwright.playground.bits import Permission
from guildwright.playground.page.acts.act import Scene


@dataclass(frozen=True)
class Item:
    """An entry: an `act` on the menu's target, a bot's `command`, or what the page's script does (`data`)."""

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


def menu_of(title: str, *groups: list[Item]) -> Menu:
    """A menu without its empty groups."""
    return Menu(title, [group for group in groups if group])


def commands(scene: Scene, kind: str) -> list[Item]:
    """What the bot offers for it."""
    listed = scene.control.people.commands(scene.user_id, str(scene.at.channel.id)).commands
    return [Item(one.command, "bot", command=one.command) for one in listed if one.kind == kind and one.allowed]


def may(scene: Scene, needed: Permission) -> bool:
    """Whether the one who acts has the right where they sit."""
    return bool(scene.play.permissions.in_channel(scene.at.channel, scene.at.user.id) & needed)
