"""What a member does with messages that are there: edit, delete, react. Discord's limits and rights apply."""

from guildwright.playground import audit, effects, pins, posting, reacting
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies import message as bodies
from guildwright.playground.control import models, requests, show
from guildwright.playground.control.errors import ControlError, forbidden, invalid
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.memory import Memory
from guildwright.playground.playground import Playground
from guildwright.playground.records import Message, User

_MOST_KINDS = 20


class Chat:
    """A member among messages."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def edit(self, message_id: str, body: requests.EditMessage) -> models.MessageView:
        """Change one's own message."""
        user, message = self._at(message_id, body.user_id)
        if message.author_id != user.id:
            raise forbidden("Only its author can edit a message.", "message_id")
        draft = bodies.read({"content": body.content}, present_flags=message.flags)
        revised = posting.revise(self._play, message, draft)
        with self._play.store.change() as change:
            effects.message_edited(self._play, change, revised)
        return show.message(self._play, revised)

    def delete(self, message_id: str, user_id: str) -> None:
        """Delete one's own message, or with MANAGE_MESSAGES anybody's."""
        user, message = self._at(message_id, user_id)
        own = message.author_id == user.id
        if not own:
            self._need(user, message, Permission.MANAGE_MESSAGES)
        with self._play.store.change() as change:
            effects.message_deleted(self._play, change, message, by_bot=False)
            if message.guild_id and not own:
                where = {"channel_id": str(message.channel_id), "count": "1"}
                deleted = AuditAction.MESSAGE_DELETE
                play, guild_id = self._play, message.guild_id
                audit.note(play, change, guild_id, deleted, actor=user.id, target=message.author_id, options=where)

    def react(self, message_id: str, body: requests.React) -> models.MessageView:
        """Set a reaction, or take it away; what is so already stays so."""
        user, message = self._at(message_id, body.user_id)
        emoji = _emoji(self._play.memory, message, body.emoji)
        if not body.remove and not reacting.users(message, emoji):
            self._need(user, message, Permission.ADD_REACTIONS | Permission.READ_MESSAGE_HISTORY)
            if len(message.reactions) >= _MOST_KINDS:
                raise ControlError(409, "too_many", f"A message has {_MOST_KINDS} kinds of reaction at most.", "emoji")
        changed = reacting.react(self._play, message, user.id, emoji, add=not body.remove)
        return show.message(self._play, changed)

    def pin(self, message_id: str, body: requests.Pin) -> models.MessageView:
        """Pin a message, or take the pin away."""
        user, message = self._at(message_id, body.user_id)
        self._need(user, message, Permission.PIN_MESSAGES)
        channel = self._find.channel(str(message.channel_id))
        (pins.unpin if body.remove else pins.pin)(self._play, channel, message, user.id)
        return show.message(self._play, self._find.seen_message(user, message_id))

    def _at(self, message_id: str, user_id: str) -> tuple[User, Message]:
        user = self._find.person(user_id)
        message = self._find.seen_message(user, message_id)
        if message.private_to:
            raise invalid("message_id", "A private reply can only be dismissed.")
        return user, message

    def _need(self, user: User, message: Message, needed: Permission) -> None:
        self._find.visible_channel(user, str(message.channel_id), needed)


def _emoji(memory: Memory, message: Message, text: str) -> reacting.Emoji:
    found = reacting.read(memory, message, text)
    if found is None or not (found[1] is None or found[1] in memory.emojis or reacting.users(message, found)):
        raise invalid("emoji", f"{text[:40]!r} is no emoji: give the character itself, or name:id.")
    return found
