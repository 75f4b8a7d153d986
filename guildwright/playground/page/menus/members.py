"""The menu of a member."""

from guildwright.playground.bits import Permission
from guildwright.playground.page.acts.act import Scene
from guildwright.playground.page.menus.items import Item, Menu, commands, may, menu_of
from guildwright.playground.records import User


def member_menu(scene: Scene) -> Menu:
    """Oneself, another, or a bot."""
    user = scene.control.find.user(scene.target)
    name = scene.view.names.user(scene.target) or user.username
    own = user.id == scene.at.user.id
    copies = [Item("Copy user id", "copy", data=("copy", str(user.id)))]
    here = scene.play.memory.member(scene.at.guild.id, user.id) is not None
    about = _own(scene) if own else []
    return menu_of(name, _meet(scene, user, name, here=here), commands(scene, "user") if here else [], about, copies)


def _meet(scene: Scene, user: User, name: str, *, here: bool) -> list[Item]:
    items = []
    if here and not user.bot and user.id != scene.at.user.id:
        items.append(Item(f"Act as {name}", "users", act="act-as"))
    if user.id == scene.play.bot.id:
        items.append(Item("Message", "at-sign", act="open-private"))
    items.append(Item("Mention", "at-sign", data=("insert", f"<@{user.id}> ")))
    return items


def _own(scene: Scene) -> list[Item]:
    items = [Item("Set status", "circle-alert", act="set-status")]
    if may(scene, Permission.CHANGE_NICKNAME):
        items.append(Item("Change nickname", "pencil", act="set-nick"))
    if scene.at.guild.owner_id != scene.at.user.id:
        items.append(Item("Leave the server", "log-out", act="leave-server", danger=True))
    return items
