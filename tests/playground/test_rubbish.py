"""Whatever a bot sends, the playground refuses it in Discord's words or takes it: it never fails."""

import contextlib
from typing import ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildwright.playground.bits import OptionType
from guildwright.playground.bodies import choices, command, message, modal
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.gateway.connection import Close, Connection
from guildwright.playground.playground import Options, Playground
from tests.fakes.local_discord import LocalDiscord

_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_TEXT = """
accessory accent_color allowed_mentions author autocomplete choices color component components content
custom_id default_member_permissions default_values description description_localizations embeds emoji fields
flags footer id image items label max_length max_value media message_id message_reference min_length
min_values name name_localizations nonce options parse permissions placeholder replied_user required style
timestamp title type url users value contexts dm_permission channel_types
"""
_NAMES = _TEXT.split()
_WORDS = st.sampled_from(
    ["", "x", "ok", "1", "99999999999999999999", "9" * 5000, "٣", "https://x", "javascript:x", "en-GB", "a" * 4001]
)
_SCALARS = st.none() | st.booleans() | st.integers(-2, 20) | st.integers() | st.floats() | _WORDS | st.text(max_size=5)
_JSON = st.recursive(
    _SCALARS,
    lambda part: (
        st.lists(part, max_size=4) | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=3), part, max_size=6)
    ),
    max_leaves=40,
)
_OBJECTS = st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=8)


@_PATIENT
@given(_OBJECTS, st.booleans(), st.sampled_from([0, 1 << 15]))
def test_a_message_body(body: dict[str, object], private: bool, flags: int) -> None:
    with contextlib.suppress(DiscordError):
        message.read(body | {"flags": flags}, private=private)


@_PATIENT
@given(_OBJECTS)
def test_a_command_body(body: dict[str, object]) -> None:
    faults = Faults()
    command.read(body, faults)
    with contextlib.suppress(DiscordError):
        faults.check()


@_PATIENT
@given(_OBJECTS)
def test_a_modal_and_choices(body: dict[str, object]) -> None:
    with contextlib.suppress(DiscordError):
        modal.read(body)
    for kind in (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER):
        with contextlib.suppress(DiscordError):
            choices.read(body, kind)


class Wire:
    """A connection that leads nowhere."""

    compress_payloads = False

    def send(self, payload: object) -> None: ...

    def close(self, code: int, reason: str) -> None: ...


class Socket:
    """Its other end."""

    headers: ClassVar[dict[str, str]] = {}


@_PATIENT
@given(st.sampled_from([1, 2, 3, 4, 6, 8, 31, 99]), _JSON, st.booleans())
def test_a_gateway_payload(op: int, data: object, known: bool) -> None:
    play = Playground(Options())
    connection = Connection(play, Socket(), Wire())  # type: ignore[arg-type]  # never used as a socket
    if known:
        hello = {"token": play.application.token, "intents": 1, "properties": {}}
        connection.take({"op": 2, "d": hello})
    with contextlib.suppress(Close):
        connection.take({"op": op, "d": data})
    play.close()


async def test_a_path_that_is_no_id(discord: LocalDiscord) -> None:
    for text in ("x", "-1", "9" * 5000, "%00", "1.5", "٣", "1e3"):
        response = await discord.rest("GET", f"/channels/{text}/messages")
        assert response.status_code in {400, 404}, text
        assert (await discord.control("GET", f"/channels/{text}/messages")).status_code in {400, 404, 422}, text
        assert (await discord.rest("GET", f"/channels/1/messages?before={text}")).status_code in {400, 404}, text
