"""The menus of a channel and of the server."""

from guildwright.playground.page.acts.act import Scene
from guildwright.playground.page.menus.items import Item, Menu, menu_of


def channel_menu(scene: Scene) -> Menu:
    """A channel, a category or a thread."""
    channel = scene.control.find.channel(scene.target)
    copies = [
        Item("Mention", "hash", data=("insert", f"<#{channel.id}> ")),
        Item("Copy channel id", "copy", data=("copy", str(channel.id))),
    ]
    return menu_of(channel.name, copies)


def server_menu(scene: Scene) -> Menu:
    """The server as a whole."""
    copies = [Item("Copy server id", "copy", data=("copy", scene.guild_id))]
    return menu_of(scene.at.guild.name, copies)
