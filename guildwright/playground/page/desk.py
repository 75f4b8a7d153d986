"""What a person can do on the page: each method takes a seat and a filled form, and gives HTML to answer with."""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from markupsafe import Markup

from guildwright.playground.control import models, requests
from guildwright.playground.control.access import Control
from guildwright.playground.page import forms, modals
from guildwright.playground.page.draw import Draw
from guildwright.playground.page.live import GONE, Live
from guildwright.playground.page.offers import offered
from guildwright.playground.page.refusal import REFUSALS, Refusal, refusal
from guildwright.playground.page.seat import Seat, Vacant, seat
from guildwright.playground.page.seen import Seen
from guildwright.playground.page.view import View
from guildwright.playground.playground import Playground

DONE = 200
WRONG = 422
NO_ANSWER = "The bot did not answer in 3 s."


@dataclass(frozen=True)
class Answer:
    """HTML, whether the form was right (422 keeps it open), an event for the page's script, and where to go (htmx)."""

    html: str = ""
    status: int = DONE
    event: str | None = None
    goto: str | None = None


class Desk:
    """One for the whole playground; it keeps nothing but what has been read."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        control = Control(play)
        self._people, self._chat, self._views = control.people, control.chat, control.views
        self._seen = Seen(play.memory)
        self.draw = Draw()

    def seat(self, channel_id: int | None, user_id: int | None, guild_id: int | None = None) -> Seat:
        """Where the address puts the person. Raises Vacant."""
        return seat(self._play, guild_id, channel_id, user_id)

    def seat_of(self, filled: Mapping[str, str]) -> Seat:
        """Where a sent form says that the person is. Raises Vacant."""
        return self.seat(forms.number(filled.get("channel")), forms.number(filled.get("as")))

    def look(self, at: Seat) -> View:
        """Everything as seen from the seat."""
        return View(self._play, at, self._seen, self._commands(at))

    def _commands(self, at: Seat) -> list[models.CommandView]:
        listed = self._people.commands(str(at.user.id), str(at.channel.id)).commands
        return [command for command in listed if command.kind == "slash"]

    def page(self, at: Seat) -> str:
        """The whole page."""
        self._seen.read(at.user, at.channel.id)
        return self.draw.html("page.html", self.look(at))

    async def updates(self, channel_id: int, user_id: int | None, shown: str | None) -> AsyncIterator[str]:
        """The live stream of the seat that the page shows, which may have gone since."""
        try:
            at = self.seat(channel_id, user_id)
        except Vacant:
            at = None
        if at is None or at.key != (user_id, channel_id):
            yield GONE
            return
        async for html in Live(self._play, self.draw, at, self._seen, self.look).updates(shown):
            yield html

    def speak(self, at: Seat, filled: Mapping[str, str], files: forms.Files) -> Answer:
        """Write a message with files, or one's own `edit` anew."""
        content, edit, user_id = filled.get("content", ""), filled.get("edit"), str(at.user.id)
        brought = list(files.get("files", ()))
        if not content.strip() and not brought:
            return self._wrong(at, "Write something first.")
        try:
            if edit:
                self._chat.edit(edit, requests.EditMessage(user_id=user_id, content=content))
            else:
                reply_to = filled.get("reply_to") or None
                body = requests.WriteMessage(user_id=user_id, content=content, reply_to=reply_to, files=brought)
                self._people.write(str(at.channel.id), body)
        except REFUSALS as refused:
            return self._wrong(at, refusal(refused).message)
        return Answer(event="spoken")

    def command_form(self, at: Seat, name: str) -> Answer:
        """An empty form for a command."""
        command = self._command(at, name)
        if command is None:
            return self._wrong(at, f"There is no command /{name} any more.")
        return Answer(self._command_html(at, command, {}, {}))

    async def run_command(self, at: Seat, filled: Mapping[str, str], files: forms.Files) -> Answer:
        """Run the command of a filled form; the form stays, with what is wrong, unless the bot answered."""
        name = filled.get("command", "")
        command = self._command(at, name)
        if command is None:
            return self._wrong(at, f"There is no command /{name} any more.")
        read = forms.read_options(command, filled, files)
        if read.errors:
            return Answer(self._command_html(at, command, filled, read.errors), WRONG)
        body = requests.RunCommand(
            user_id=str(at.user.id),
            channel_id=str(at.channel.id),
            command=name,
            kind="slash",
            options=read.values,
            files=read.files,
        )
        try:
            result = await self._people.run_command(body)
        except REFUSALS as refused:
            known = {option.name for option in command.options}
            return Answer(self._command_html(at, command, filled, *_placed(refusal(refused), known)), WRONG)
        if error := _failure(result):
            return Answer(self._command_html(at, command, filled, {}, error), WRONG)
        return Answer(self._opened(at, result))

    async def use_menu(self, at: Seat, filled: Mapping[str, str]) -> Answer:
        """Run a user's or message's command from its menu."""
        body = requests.RunCommand(
            user_id=str(at.user.id),
            channel_id=str(at.channel.id),
            command=filled.get("command", ""),
            kind="user" if filled.get("kind") == "member" else "message",
            target_id=filled.get("target", ""),
        )
        try:
            result = await self._people.run_command(body)
        except REFUSALS as refused:
            return self._wrong(at, refusal(refused).message)
        if error := _failure(result):
            return self._wrong(at, error)
        return Answer(self._opened(at, result))

    def members(self, at: Seat, query: str) -> Answer:
        """Those one can act as whose name or role fits."""
        view = self.look(at)
        return Answer(self.draw.html("members_list.html", view, found=view.company.people(query.strip())))

    def choices(self, at: Seat, kinds: str, types: str, called: str, prefix: str) -> Answer:
        """Members, roles or channels by name."""
        wanted = frozenset(int(number) for number in types.split(",") if number.isdecimal())
        found = offered(self._play, at, kinds.split(","), wanted, called)
        return Answer(self.draw.html("choices.html", self.look(at), offered=found, prefix=prefix))

    def _command(self, at: Seat, name: str) -> models.CommandView | None:
        return next((command for command in self._commands(at) if command.command == name), None)

    def _command_html(
        self,
        at: Seat,
        command: models.CommandView,
        filled: Mapping[str, str],
        errors: Mapping[str, str],
        error: str | None = None,
    ) -> Markup:
        view = self.look(at)
        fields = forms.option_fields(command, filled, errors)
        return self.draw.html("command.html", view, command=command, fields=fields, error=error)

    async def suggest(self, at: Seat, filled: Mapping[str, str]) -> Answer:
        """The bot's suggestions for the option that is being typed."""
        focused = filled.get("focused", "").removeprefix("option.")
        command = self._command(at, filled.get("command", ""))
        choices: Sequence[models.ChoiceView] = []
        error = None
        if command:
            body = requests.Autocomplete(
                user_id=str(at.user.id),
                channel_id=str(at.channel.id),
                command=command.command,
                focused=focused,
                options=forms.readable_options(command, filled, focused),
            )
            try:
                choices = (await self._people.autocomplete(body)).choices
            except REFUSALS as refused:
                error = refusal(refused).message
        return Answer(self.draw.html("suggestions.html", self.look(at), choices=choices, focused=focused, error=error))

    async def press(self, at: Seat, filled: Mapping[str, str], values: list[str]) -> Answer:
        """Press a button, or choose in a select."""
        body = requests.UseComponent(
            user_id=str(at.user.id),
            message_id=filled.get("message_id", ""),
            custom_id=filled.get("custom_id", ""),
            values=values,
        )
        try:
            result = await self._people.use_component(body)
        except REFUSALS as refused:
            return self._wrong(at, refusal(refused).message)
        if error := _failure(result):
            return self._wrong(at, error)
        return Answer(self._opened(at, result))

    async def submit(self, at: Seat, filled: Mapping[str, str], files: forms.Files) -> Answer:
        """Send a filled modal; it stays, with what is wrong, unless the bot answered."""
        modal_id = filled.get("modal_id", "")
        dialog = self._modal(modal_id)
        read = modals.read_modal(dialog, filled, files)
        if read.errors:
            return Answer(self._modal_html(at, dialog, filled, read.errors), WRONG)
        user_id = str(at.user.id)
        body = requests.SubmitModal(user_id=user_id, modal_id=modal_id, values=read.values, files=read.files)
        try:
            result = await self._people.submit_modal(body)
        except REFUSALS as refused:
            return Answer(self._modal_html(at, dialog, filled, *_placed(refusal(refused), read.values)), WRONG)
        if error := _failure(result):
            return Answer(self._modal_html(at, dialog, filled, {}, error), WRONG)
        return Answer(self._opened(at, result))

    def _modal(self, modal_id: str) -> modals.Modal:
        try:
            shown = self._views.interaction(modal_id).modal
        except REFUSALS:
            shown = None
        return modals.modal(shown) if shown else modals.Modal(modal_id, "This dialog is gone", [], [])

    def _modal_html(
        self,
        at: Seat,
        dialog: modals.Modal,
        filled: Mapping[str, str] | None,
        errors: Mapping[str, str],
        error: str | None = None,
    ) -> Markup:
        view = self.look(at)
        fields = modals.modal_fields(dialog, filled, errors, view.reading)
        return self.draw.html("modal.html", view, modal=dialog, fields=fields, error=error)

    def _opened(self, at: Seat, result: models.InteractionResult) -> str:
        """The modal that the bot answered with, if it did."""
        if result.modal is None:
            return ""
        return self.draw.wrapped("innerHTML:#dialog", self._modal_html(at, modals.modal(result.modal), None, {}))

    def dismiss(self, at: Seat, message_id: str) -> Answer:
        """Put a private reply away; one that is gone already is as good as away."""
        with suppress(*REFUSALS):
            self._people.dismiss(str(at.user.id), message_id)
        return Answer()

    def _wrong(self, at: Seat, error: str) -> Answer:
        return Answer(self.draw.html("result.html", self.look(at), error=error), WRONG)


def _placed(refused: Refusal, known: Container[str]) -> tuple[dict[str, str], str | None]:
    """A refusal beside the field it is about, or else above the form."""
    if refused.field is not None and refused.field in known:
        return {refused.field: refused.message}, None
    return {}, refused.message


def _failure(result: models.InteractionResult) -> str | None:
    if result.status not in ("failed", "pending"):
        return None
    return result.error.message if result.error and result.error.code == "bot_absent" else NO_ANSWER
