"""A REST call as the handlers see it: who asks, what was sent, and the look-ups that refuse with Discord's codes."""

import io
import re
from collections.abc import Iterable
from email.message import Message as MailMessage
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from multipart import MultipartError, MultipartParser  # type: ignore[import-untyped,unused-ignore]

from guildwright.playground import audit, errors
from guildwright.playground.bits import NOTHING, AuditAction, Permission
from guildwright.playground.bodies.attachments import Upload
from guildwright.playground.errors import DiscordError
from guildwright.playground.playground import Playground
from guildwright.playground.reading import decode
from guildwright.playground.records import Channel, Grant, Guild, Json, Member, Message, Role
from guildwright.playground.store import Change

_LONGEST_REASON = 512
_NUMBER = re.compile(r"\d{1,19}")
_MOST_HELD = 64 * 1024 * 1024
_MULTIPART = "multipart/form-data"
_FORMS = {_MULTIPART, "application/x-www-form-urlencoded"}
_FILE = re.compile(r"files\[(\d{1,9})\]")


class Call:
    """One request to the REST API."""

    def __init__(self, play: Playground, request: "Request[Any, Any, Any]") -> None:
        self.play = play
        self.request = request
        self.memory = play.memory
        self.own_id = play.application.id
        self.grant: Grant | None = None
        self.memory.origin = str(request.base_url).rstrip("/")

    @property
    def base_url(self) -> str:
        """Where the API is for whoever asks, without a slash at the end."""
        return str(self.request.base_url).rstrip("/") + "/api/v10"

    def granted(self, *scopes: str) -> Grant:
        """The bearer's grant, which holds the scopes. A bot has none, and its token is no worse for having asked."""
        if self.grant is None:
            raise errors.not_for_bots()
        if not set(scopes) <= set(self.grant.scopes):
            raise errors.unauthorized()
        return self.grant

    @property
    def query(self) -> dict[str, str]:
        """The query string; of a repeated key the last value."""
        return {key: str(value) for key, value in self.request.query_params.items()}

    def query_int(self, name: str, default: int, low: int, high: int) -> int:
        """A bounded number from the query string."""
        text = self.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d{1,20}", text):
            raise errors.invalid(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
        if not low <= int(text) <= high:
            code, bound = ("NUMBER_TYPE_MIN", low) if int(text) < low else ("NUMBER_TYPE_MAX", high)
            word = "greater" if int(text) < low else "less"
            raise errors.invalid(name, code, f"int value should be {word} than or equal to {bound}.")
        return int(text)

    def query_snowflake(self, name: str) -> int | None:
        """A snowflake from the query string."""
        text = self.query.get(name)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            raise errors.invalid(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return int(text)

    def query_flag(self, name: str) -> bool:
        """A true or false from the query string."""
        return self.query.get(name, "false").casefold() in {"true", "1"}

    @property
    def reason(self) -> str | None:
        """Why, for the audit log: the X-Audit-Log-Reason header, percent-decoded, 512 characters at most.

        Raises:
            DiscordError: 50035.
        """
        text = unquote(self.request.headers.get("x-audit-log-reason", ""))
        if len(text) > _LONGEST_REASON:
            message = f"Must be between 1 and {_LONGEST_REASON} in length."
            raise errors.invalid("X-Audit-Log-Reason", "BASE_TYPE_BAD_LENGTH", message)
        return text or None

    def note(  # noqa: PLR0913 - an audit log entry has these parts
        self,
        change: Change,
        guild_id: int,
        action: AuditAction,
        target: int | None = None,
        *,
        changes: Iterable[Json] = (),
        options: Json | None = None,
    ) -> None:
        """Write into the audit log what the bot does with this call, and why."""
        audit.note(
            self.play,
            change,
            guild_id,
            action,
            actor=self.own_id,
            target=target,
            reason=self.reason,
            changes=changes,
            options=options,
        )

    async def json(self) -> Any:  # noqa: ANN401 - a body may be anything until it was checked
        """The JSON body; of a form its payload_json, or else its fields."""
        raw = await self.request.body()
        if not raw:
            return {}
        if self._kind in _FORMS:
            fields = await self._fields()
            if "payload_json" not in fields:
                return {name: _text(value) for name, value in fields.items()}
            raw = fields["payload_json"]
        elif self._kind != "application/json":
            message = "Expected \"Content-Type\" header to be one of {'application/json'}."
            raise errors.invalid("", "CONTENT_TYPE_INVALID", message)
        try:
            return decode(raw)
        except msgspec.DecodeError:
            raise DiscordError(400, 50109, "The request body contains invalid JSON.") from None

    async def body(self) -> Json:
        """The body as an object."""
        body = await self.json()
        if not isinstance(body, dict):
            raise errors.invalid("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return body

    @property
    def _kind(self) -> str:
        """The body's type in small letters, without its parameters."""
        return self.request.headers.get("content-type", "").partition(";")[0].strip().casefold()

    async def _fields(self) -> dict[str, bytes]:
        """What a form says, but for its files; of a repeated name the last."""
        if self._kind == _MULTIPART:
            return {part.name: part.raw for part in await self._parts() if part.filename is None}
        raw = (await self.request.body()).decode("latin-1")
        pairs = parse_qsl(raw, keep_blank_values=True, encoding="latin-1")
        return {_text(name.encode("latin-1")): value.encode("latin-1") for name, value in pairs}

    async def _parts(self) -> list[Any]:
        raw = await self.request.body()
        header = MailMessage()
        header["content-type"] = self.request.headers["content-type"]
        try:
            return list(_parsed(raw, str(header.get_param("boundary"))))
        except MultipartError:
            raise DiscordError(400, 50035, "Invalid Form Body") from None

    async def files(self) -> tuple[Upload, ...]:
        """The files of a multipart body: `files[n]`, or under any other name in their order."""
        if self._kind != _MULTIPART:
            return ()
        found: list[Upload] = []
        for part in await self._parts():
            if part.filename is not None:
                numbered = _FILE.fullmatch(part.name)
                number = int(numbered[1]) if numbered else len(found)
                kind = part.headers.get("content-type", "")
                found.append(Upload(number=number, name=part.filename, type=kind, body=part.raw))
        return tuple(found)

    def guild(self, guild_id: int) -> Guild:
        """A guild that the bot is in."""
        guild = self.memory.guilds.get(guild_id)
        if guild is None:
            raise errors.unknown_guild()
        if self.memory.member(guild_id, self.own_id) is None:
            raise errors.missing_access()
        return guild

    def allowed(self, guild_id: int, needed: Permission) -> Guild:
        """A guild where the bot holds the permissions."""
        guild = self.guild(guild_id)
        if needed & ~self.play.permissions.in_guild(guild_id, self.own_id):
            raise errors.missing_permissions()
        return guild

    def member(self, guild_id: int, user_id: int) -> Member:
        """A member of the guild."""
        member = self.memory.member(guild_id, user_id)
        if member is None:
            raise errors.unknown_member() if user_id in self.memory.users else errors.unknown_user()
        return member

    def role(self, guild_id: int, role_id: int) -> Role:
        """A role of the guild."""
        role = self.memory.roles.get(role_id)
        if role is None or role.guild_id != guild_id:
            raise errors.unknown_role()
        return role

    def channel(self, channel_id: int, needed: Permission = NOTHING) -> Channel:
        """A channel that the bot sees and where it holds the permissions."""
        channel = self.memory.channels.get(channel_id)
        if channel is None:
            raise errors.unknown_channel()
        held = self.play.permissions.in_channel(channel, self.own_id)
        if not held & Permission.VIEW_CHANNEL:
            raise errors.missing_access()
        if needed & ~held:
            raise errors.missing_permissions()
        return channel

    def message(self, channel: Channel, message_id: int) -> Message:
        """A public message of the channel."""
        message = self.memory.messages.get(channel.id, {}).get(message_id)
        if message is None or message.private_to is not None:
            raise errors.unknown_message()
        return message


BotCall = NamedDependency[Call]


def answer(body: object, status: int = 200) -> Response[object]:
    """A JSON answer."""
    return Response(body, status_code=status)


def nothing() -> Response[None]:
    """204."""
    return Response(None, status_code=204)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise DiscordError(400, 50035, "Invalid Form Body") from None


def _parsed(raw: bytes, boundary: str) -> Any:  # noqa: ANN401 - the parser's own type has no stubs
    return MultipartParser(io.BytesIO(raw), boundary, content_length=len(raw), strict=True, memory_limit=_MOST_HELD)
