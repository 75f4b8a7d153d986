"""Acts on a message."""

from guildwright.playground.control import requests
from guildwright.playground.page.acts.act import Act, Filled, Outcome, Scene, given

_LONGEST_EXCERPT = 200


def _react(scene: Scene, filled: Filled) -> Outcome | None:
    """Once sets it, twice takes it away."""
    emoji = given(filled, "emoji")
    message = scene.control.find.seen_message(scene.at.user, scene.target)
    name, _, number = emoji.partition(":")
    held = (entry.users for entry in message.reactions if entry.name == name and str(entry.id or "") == number)
    mine = scene.at.user.id in next(held, ())
    scene.control.chat.react(scene.target, requests.React(user_id=scene.user_id, emoji=emoji, remove=mine))
    return None


def _excerpt(scene: Scene) -> str:
    message = scene.control.find.seen_message(scene.at.user, scene.target)
    author = scene.view.names.user(str(message.author_id)) or "somebody"
    text = message.content or "a message without text"
    return f"{author}: {text[:_LONGEST_EXCERPT]}{'…' if len(text) > _LONGEST_EXCERPT else ''}"


def _delete(scene: Scene, _: Filled) -> Outcome | None:
    scene.control.chat.delete(scene.target, scene.user_id)
    return None


ACTS = {
    "react": Act("React", _react),
    "delete-message": Act("Delete this message?", _delete, text=_excerpt, button="Delete", danger=True),
}
