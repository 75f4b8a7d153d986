"""The menu of a member."""

from guildwright.playground.bits import Permission
from guildwright.playground.page.acts.act import Scene
from guildwright.playground.page.menus.items import Item, Menu, commands, may, menu_of
from guildwright.playground.records import User


def member_menu(scene: Scene) -> Menu:
    """Oneself, another, a bot, or somebody who left."""
    user = scene.control.find.user(scene.target)
    name = scene.view.names.user(scene.target) or user.username
    own = user.id == scene.at.user.id
    copies = [Item("Copy user id", "copy", data=("copy", str(user.id)))]
    here = scene.play.memory.member(scene.at.guild.id, user.id) is not None
    apps = commands(scene, "user") if here else []
    rule = _moderate(scene, user) if here and not own else _pardon(scene, user)
    return menu_of(name, _meet(scene, user, name, here=here), apps, _own(scene) if own else [], copies, rule)


def _meet(scene: Scene, user: User, name: str, *, here: bool) -> list[Item]:
    items = []
    if here and not user.bot and user.id != scene.at.user.id:
        items.append(Item(f"Act as {name}", "users", act="act-as"))
    if user.id == scene.play.bot.id:
        items.append(Item("Message", "at-sign", act="open-private"))
    items.append(Item("Mention", "at-sign", data=("insert", f"<@{user.id}> ")))
    return items


def _own(scene: Scene) -> list[Item]:
    items = [Item("Set status", "clock", act="set-status")]
    if may(scene, Permission.CHANGE_NICKNAME):
        items.append(Item("Change nickname", "pencil", act="set-nick"))
    if may(scene, Permission.MANAGE_ROLES):
        items.append(Item("Roles", "shield", act="set-roles"))
    if scene.at.guild.owner_id != scene.at.user.id:
        items.append(Item("Leave the server", "log-out", act="leave-server", danger=True))
    return items


def _moderate(scene: Scene, user: User) -> list[Item]:
    """What the one who acts may do from above."""
    play, guild_id = scene.play, scene.at.guild.id
    if not play.permissions.outranks_member(guild_id, scene.at.user.id, user.id):
        return [Item("Roles", "shield", act="set-roles")] if may(scene, Permission.MANAGE_ROLES) else []
    member = play.memory.member(guild_id, user.id)
    timed_out = bool(member and play.permissions.timed_out(member))
    timeout = Item("End the timeout", "clock", act="time-in") if timed_out else _timeout()
    offers = (
        (Permission.MANAGE_ROLES, Item("Roles", "shield", act="set-roles")),
        (Permission.MANAGE_NICKNAMES, Item("Change nickname", "pencil", act="set-nick")),
        (Permission.MODERATE_MEMBERS, timeout),
        (Permission.KICK_MEMBERS, Item("Kick", "user-x", act="kick", danger=True)),
        (Permission.BAN_MEMBERS, Item("Ban", "ban", act="ban", danger=True)),
    )
    return [item for needed, item in offers if may(scene, needed)]


def _timeout() -> Item:
    return Item("Time out", "clock", act="time-out", danger=True)


def _pardon(scene: Scene, user: User) -> list[Item]:
    banned = user.id in scene.play.memory.bans.get(scene.at.guild.id, {})
    return [Item("Pardon", "rotate-ccw", act="pardon")] if banned and may(scene, Permission.BAN_MEMBERS) else []
