"""The record of a draw as a file: what a winner message carries, and what `guildwright giveaway verify` reads.

Everything in it is a copy of what was committed to, posted or drawn; nothing in it needs to be believed.
"""

import codecs
import gzip
import io
import zlib
from typing import Annotated, Any, cast

import msgspec

from guildwright_bot.features.giveaways.draw import Plain

FORMAT = "guildwright-giveaway-proof"
GZIP_FROM = 1_000_000  # bytes
LARGEST = 512_000_000  # bytes unpacked; a file that unpacks to more is no record
_GZIP_MAGIC = b"\x1f\x8b"

type Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
type Id = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,20}\Z")]


class Commitment(msgspec.Struct, frozen=True):
    """What was fixed, and the hash that the giveaway's message showed of it."""

    made_at: str
    hash: Hex
    statement: dict[str, Any]

    @property
    def said(self) -> dict[str, Plain]:
        """The statement, as JSON reads it."""
        return cast("dict[str, Plain]", self.statement)


class PublicRound(msgspec.Struct, frozen=True):
    """A round of a public beacon."""

    round: int
    signature: str
    randomness: Hex


class Winner(msgspec.Struct, frozen=True):
    """Who won, by both names."""

    ticket: str
    member: Id


class PassedOver(msgspec.Struct, frozen=True):
    """Somebody who stood further up in the order and could not win, and why."""

    ticket: str
    reason: str


class Round(msgspec.Struct, frozen=True):
    """One time that winners were taken from the order: the draw itself, or a reroll."""

    asked: Annotated[int, msgspec.Meta(ge=0)]
    winners: tuple[Winner, ...]
    passed_over: tuple[PassedOver, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. Ids are text, hashes and secrets hexadecimal."""

    format: str
    algorithm: str
    about: tuple[str, ...]  # for people; nothing is checked of it
    guild: Id
    channel: Id
    giveaway: int
    late: bool  # committed to after members could enter: the giveaway is older than this feature
    commitments: Annotated[tuple[Commitment, ...], msgspec.Meta(min_length=1)]
    list_hash: Hex
    list_message: Id
    public_round: PublicRound | None
    fallback: str  # why there is no public round although one was committed to
    seed: Hex
    final: Hex
    order_hash: Hex
    rounds: Annotated[tuple[Round, ...], msgspec.Meta(min_length=1)]
    left_out: dict[str, Annotated[int, msgspec.Meta(ge=1)]] | None = None  # by reason; None: it was not counted yet
    entries: tuple[str, ...]


class NotARecord(Exception):  # noqa: N818  what it is
    """The file is no record of a draw; the text says what is wrong and where."""


def write(record: Record) -> tuple[str, bytes]:
    """A record as a file: its name and its bytes, the same for the same record. Packed when it is large."""
    name = f"giveaway-{record.giveaway}-draw.json"
    # Lines, so that people can read it; the order of fields is that of the class.
    body = msgspec.json.format(msgspec.json.encode(record), indent=1)
    if len(body) <= GZIP_FROM:
        return name, body + b"\n"
    return f"{name}.gz", gzip.compress(body, compresslevel=6, mtime=0)


def read(content: bytes) -> Record:
    """The record in a file, packed or not.

    Raises:
        NotARecord: and why.
    """
    if content.startswith(_GZIP_MAGIC):
        content = _unpacked(content)
    content = content.removeprefix(codecs.BOM_UTF8)  # some editors begin each file with it
    try:
        head = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise NotARecord(f"it is no JSON object ({wrong})") from None
    if head.get("format") != msgspec.Raw(f'"{FORMAT}"'.encode()):
        raise NotARecord(f'it has no "format": "{FORMAT}"; give the file that was attached to a winner message')
    try:
        return msgspec.json.decode(content, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise NotARecord(f"a part of it is not as in a record: {wrong}") from None


def _unpacked(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            body = packed.read(LARGEST + 1)
    except (OSError, EOFError, ValueError, zlib.error) as wrong:
        raise NotARecord(f"it begins like a gzip file and cannot be unpacked ({wrong})") from None
    if len(body) > LARGEST:
        raise NotARecord(f"unpacked it has more than {LARGEST // 1_000_000} MB")
    return body
