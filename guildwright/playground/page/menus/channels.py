"""The menus of a channel, a thread, and the server."""

from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.page.acts.act import Scene
from guildwright.playground.page.menus.items import Item, Menu, menu_of
from guildwright.playground.records import Channel

_WITH_THREADS = {ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT, ChannelType.GUILD_FORUM}


def channel_menu(scene: Scene) -> Menu:
    """A channel, a category or a thread."""
    channel = scene.control.find.channel(scene.target)
    rights = scene.play.permissions.in_channel(channel, scene.at.user.id)
    copies = [Item("Copy channel id", "copy", data=("copy", str(channel.id)))]
    if channel.type != ChannelType.GUILD_CATEGORY:
        copies.insert(0, Item("Mention", "hash", data=("insert", f"<#{channel.id}> ")))
        copies.insert(0, Item("Pinned messages", "pin", act="pins"))
    if channel.thread:
        return menu_of(channel.name, _thread(scene, channel, rights), copies)
    forum = channel.type == ChannelType.GUILD_FORUM
    new = Item("New post" if forum else "New thread", "message-square-plus", act="new-post" if forum else "new-thread")
    threads = [new] if channel.type in _WITH_THREADS else []
    manage = [
        Item("Channel settings", "settings", act="edit-channel"),
        Item("Delete the channel", "trash-2", act="delete-channel", danger=True),
    ]
    return menu_of(channel.name, threads, copies, manage if rights & Permission.MANAGE_CHANNELS else [])


def _thread(scene: Scene, thread: Channel, rights: Permission) -> list[Item]:
    joined = scene.at.user.id in scene.play.memory.thread_members.get(thread.id, {})
    manages = bool(rights & Permission.MANAGE_THREADS)
    own = manages or thread.owner_id == scene.at.user.id
    state = thread.state
    items = [Item("Leave the thread", "log-out", act="leave-thread") if joined else _join()]
    if own:
        items.append(Item("Rename", "pencil", act="rename-thread"))
    if state.archived:
        items.append(Item("Unarchive", "archive-restore", act="wake-thread"))
    elif own:
        items.append(Item("Archive", "archive", act="archive-thread"))
    if manages:
        items.append(_unlock() if state.locked else Item("Lock", "lock", act="lock-thread"))
        items.append(Item("Delete the thread", "trash-2", act="delete-channel", danger=True))
    return items


def _join() -> Item:
    return Item("Join the thread", "user-plus", act="join-thread")


def _unlock() -> Item:
    return Item("Unlock", "lock", act="unlock-thread")


def server_menu(scene: Scene) -> Menu:
    """The server as a whole."""
    rights = scene.play.permissions.in_guild(scene.at.guild.id, scene.at.user.id)
    offers = (
        (Permission.MANAGE_CHANNELS, Item("Add a channel", "plus", act="add-channel")),
        (Permission.MANAGE_ROLES, Item("Roles", "shield", act="roles")),
        (Permission.MANAGE_GUILD, Item("Server settings", "settings", act="edit-server")),
    )
    manage = [item for needed, item in offers if rights & needed]
    people = [Item("New account", "user-plus", act="new-account")]
    copies = [Item("Copy server id", "copy", data=("copy", scene.guild_id))]
    return menu_of(scene.at.guild.name, manage, people, copies)
