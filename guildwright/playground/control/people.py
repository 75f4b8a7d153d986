"""Acting as a member: write, run a command, click, choose, fill in a modal, dismiss a private reply."""

from guildwright.playground import effects, posting, writing
from guildwright.playground.bits import ChannelType, InteractionType, Permission
from guildwright.playground.bodies import message as bodies
from guildwright.playground.bodies.components import interactive
from guildwright.playground.control import catalogue, modal_values, models, requests, show, uploads, values
from guildwright.playground.control.errors import ControlError, forbidden, invalid, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.control.options import Filler
from guildwright.playground.interactions.ask import Origin, ask
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Command, Interaction, Json, Message, User


class People:
    """What a person can do."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def write(self, channel_id: str, body: requests.WriteMessage) -> models.MessageView:
        """A member writes a message; the same limits and permissions as Discord's."""
        user = self._find.person(body.user_id)
        needed = Permission.SEND_MESSAGES
        if body.reply_to:
            needed |= Permission.READ_MESSAGE_HISTORY
        if body.files:
            needed |= Permission.ATTACH_FILES
        channel = self._find.visible_channel(user, channel_id, needed)
        writing.check(self._play, channel, user.id)
        raw: Json = {"content": body.content, "attachments": uploads.as_attachments(body.files)}
        if body.reply_to is not None:
            raw["message_reference"] = {"message_id": body.reply_to}
        message = posting.compose(self._play, channel, user.id, bodies.read_new(raw, uploads.as_uploads(body.files)))
        return show.message(self._play, posting.publish(self._play, message))

    def open_private_channel(self, user_id: str) -> models.ChannelView:
        """The private channel between a person and the bot."""
        user = self._find.person(user_id)
        channel = self._play.memory.direct_channel(user.id)
        if channel is None:
            channel = Channel(id=self._play.ids.next(), type=ChannelType.DM, recipient_id=user.id)
            with self._play.store.change() as change:
                change.put(channel)
        return show.channel(channel)

    def commands(self, user_id: str, channel_id: str) -> models.CommandsView:
        """The commands that the member finds in the channel."""
        user = self._find.person(user_id)
        channel = self._find.visible_channel(user, channel_id)
        entries = catalogue.entries(self._play, channel, user.id)
        return models.CommandsView(commands=[catalogue.shown(entry) for entry in entries])

    async def run_command(self, body: requests.RunCommand) -> models.InteractionResult:
        """A member runs a command; returns after the first answer, or after three seconds."""
        user = self._find.person(body.user_id)
        channel = self._find.visible_channel(user, body.channel_id)
        entry = catalogue.find(self._play, channel, user.id, body.command, _kinds(body))
        _refuse_forbidden(entry)
        if entry.kind == "slash":
            bag = uploads.Bag(self._play, channel, body.files)
            data = _data(entry, Filler(self._play, channel, user.id, bag), body.options)
            bag.check_empty()
        else:
            data = self._target(entry.leaf.command, channel, user, body)
        return await self._ask(InteractionType.COMMAND, Origin(user.id, channel), data, entry.leaf.typed)

    async def autocomplete(self, body: requests.Autocomplete) -> models.AutocompleteResult:
        """A member types in an option."""
        user = self._find.person(body.user_id)
        channel = self._find.visible_channel(user, body.channel_id)
        entry = catalogue.find(self._play, channel, user.id, body.command)
        _refuse_forbidden(entry)
        option = next((option for option in entry.leaf.options if option["name"] == body.focused), None)
        if option is None or not option.get("autocomplete"):
            raise invalid("focused", f"/{entry.leaf.typed} completes no option {body.focused!r}.")
        filler = Filler(self._play, channel, user.id, uploads.Bag(self._play, channel, ()))
        data = _data(entry, filler, body.options, body.focused)
        interaction = await ask(self._play, InteractionType.AUTOCOMPLETE, Origin(user.id, channel), data)
        choices = [models.ChoiceView(name=choice["name"], value=choice["value"]) for choice in interaction.choices]
        failure = show.failure(self._play, interaction) if interaction.callback is None else None
        return models.AutocompleteResult(
            interaction_id=str(interaction.id),
            status="choices" if interaction.callback else "failed",
            choices=choices,
            error=failure,
        )

    async def use_component(self, body: requests.UseComponent) -> models.InteractionResult:
        """A member clicks a button or chooses from a select."""
        user = self._find.person(body.user_id)
        message = self._find.seen_message(user, body.message_id)
        if not self._is_of_the_application(message):
            raise unknown("component", body.custom_id, "custom_id")
        component = _component(message, body.custom_id)
        channel = self._play.memory.channels[message.channel_id]
        data = values.chosen(self._play, channel, user.id, component, body.values)
        origin = Origin(user.id, channel, source=message.id, parent=message.interaction_id)
        return await self._ask(InteractionType.COMPONENT, origin, data)

    async def submit_modal(self, body: requests.SubmitModal) -> models.InteractionResult:
        """A member sends a modal that the bot opened for them."""
        user = self._find.person(body.user_id)
        opened = self._find.interaction(body.modal_id, "modal_id")
        if opened.modal is None or opened.user_id != user.id:
            raise unknown("modal", body.modal_id, "modal_id")
        if opened.modal_sent:
            raise ControlError(409, "already_sent", "This modal was sent already.", "modal_id")
        channel = self._find.visible_channel(user, str(opened.channel_id))
        data = modal_values.filled_in(self._play, channel, user.id, opened.modal, body)
        self._close_modal(opened)
        origin = Origin(user.id, channel, source=opened.source_message_id, parent=opened.id)
        return await self._ask(InteractionType.MODAL, origin, data)

    def dismiss(self, user_id: str, message_id: str) -> None:
        """A person dismisses a private reply."""
        user = self._find.person(user_id)
        message = self._find.seen_message(user, message_id)
        if message.private_to != user.id:
            raise unknown("private message", message_id, "message_id")
        with self._play.store.change() as change:
            effects.message_deleted(self._play, change, message, by_bot=False)

    def _is_of_the_application(self, message: Message) -> bool:
        """Also what it sent through a webhook of its own."""
        webhook = self._play.memory.webhooks.get(message.webhook_id or 0)
        owner = webhook.application_id if webhook else message.author_id
        return owner == self._play.application.id

    def _target(self, command: Command, channel: Channel, user: User, body: requests.RunCommand) -> Json:
        if body.target_id is None:
            raise invalid("target_id", "A context menu command needs a target_id.")
        if body.options:
            raise invalid("options", "A context menu command takes no options.")
        return _named(command) | values.target(self._play, channel, user, command.body["type"], body.target_id)

    def _close_modal(self, opened: Interaction) -> None:
        with self._play.store.change() as change:
            change.put(opened.as_sent())

    async def _ask(
        self,
        kind: InteractionType,
        origin: Origin,
        data: Json,
        command: str | None = None,
    ) -> models.InteractionResult:
        if origin.channel.guild_id and not self._play.memory.member(origin.channel.guild_id, self._play.application.id):
            raise ControlError(409, "bot_absent", "The bot is not in this guild.")
        interaction = await ask(self._play, kind, origin, data, command)
        return show.result(self._play, interaction)


def _kinds(body: requests.RunCommand) -> tuple[models.CommandKind, ...]:
    """Among which commands the name is looked up."""
    if body.kind == "slash" and body.target_id is not None:
        raise invalid("target_id", "A slash command has no target.")
    if body.kind is not None:
        return (body.kind,)
    return ("slash", "user", "message") if body.target_id is None else ("user", "message")


def _data(entry: catalogue.Entry, filler: Filler, options: dict[str, models.Value], focused: str | None = None) -> Json:
    filled = entry.leaf.wrap(filler.fill(entry.leaf, options, focused))
    return _named(entry.leaf.command) | {"options": filled} | filler.resolved.as_json()


def _named(command: Command) -> Json:
    body: Json = {"id": str(command.id), "name": command.body["name"], "type": command.body["type"]}
    return body | {"guild_id": str(command.guild_id)} if command.guild_id else body


def _refuse_forbidden(entry: catalogue.Entry) -> None:
    if entry.reason:
        raise forbidden(entry.reason, "command")


def _component(message: Message, custom_id: str) -> Json:
    for component in interactive(message.components):
        if component["custom_id"] == custom_id:
            if component.get("disabled"):
                raise ControlError(409, "disabled", "This component is disabled.", "custom_id")
            return component
    raise unknown("component", custom_id, "custom_id")
