"""The menu of a message."""

from guildwright.playground.bits import Permission
from guildwright.playground.page.acts.act import Scene
from guildwright.playground.page.menus.items import Item, Menu, commands, may, menu_of
from guildwright.playground.records import Message
from guildwright.playground.threads import WRITTEN


def message_menu(scene: Scene) -> Menu:
    """A private reply can only be read."""
    message = scene.control.find.seen_message(scene.at.user, scene.target)
    author = scene.view.names.user(str(message.author_id)) or "somebody"
    copies = [Item("Copy text", "copy", data=("copy", message.content))] if message.content else []
    copies.append(Item("Copy message id", "copy", data=("copy", str(message.id))))
    copies.append(Item("What the bot did", "panel-right", data=("story", str(message.id))))
    title = f"Message of {author}"
    if message.private_to:
        return menu_of(title, copies)
    hangs = _hangs(scene, message)
    apps = commands(scene, "message")
    return menu_of(title, _talk(scene, message, author), hangs, apps, copies, _removal(scene, message))


def _talk(scene: Scene, message: Message, author: str) -> list[Item]:
    number = str(message.id)
    items = [
        Item("Add a reaction", "smile-plus", data=("react", number)),
        Item("Reply", "reply", data=("reply", number), hint=author),
    ]
    if message.author_id == scene.at.user.id:
        items.append(Item("Edit", "pencil", data=("edit", number), hint=message.content))
    if message.reply_to in scene.play.memory.messages.get(message.channel_id, {}):
        items.append(Item("Go to what it answers", "corner-down-right", data=("go", str(message.reply_to))))
    return items


def _hangs(scene: Scene, message: Message) -> list[Item]:
    """A thread and a pin."""
    items = []
    channel = scene.at.channel
    has_thread = message.thread_id is not None or channel.thread or channel.recipient_id
    if not has_thread and message.type in WRITTEN and may(scene, Permission.CREATE_PUBLIC_THREADS):
        items.append(Item("Start a thread", "message-square-plus", act="thread-from-message"))
    if message.type in WRITTEN and may(scene, Permission.PIN_MESSAGES):
        items.append(Item("Unpin", "pin-off", act="unpin") if message.pinned else Item("Pin", "pin", act="pin"))
    return items


def _removal(scene: Scene, message: Message) -> list[Item]:
    allowed = message.author_id == scene.at.user.id or may(scene, Permission.MANAGE_MESSAGES)
    return [Item("Delete", "trash-2", act="delete-message", danger=True)] if allowed else []
