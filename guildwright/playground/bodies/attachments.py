"""Attachments of a message body: the uploads of its form, and what `attachments` says of them and of those there."""

import re

import msgspec

from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError

MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024
_UNWANTED = re.compile(r"[^\w.\-]+", re.ASCII)


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a multipart body: `files[number]`."""

    number: int
    name: str
    type: str
    body: bytes


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a body's `attachments`: an upload by its number, or one that is there already by its id."""

    id: int
    name: str | None = None
    description: str | None = None
    spoiler: bool = False


def check(uploads: tuple[Upload, ...]) -> None:
    """Refuse too much: 40005, or 30015 for more than ten files."""
    if sum(len(upload.body) for upload in uploads) > MOST_BYTES:
        raise DiscordError(413, 40005, "Request entity too large")
    if len(uploads) > MOST_FILES:
        raise DiscordError(400, 30015, f"Maximum number of attachments in a message reached ({MOST_FILES})")


def read(fields: Fields, uploads: tuple[Upload, ...]) -> tuple[Wanted, ...] | None:
    """What a message body wants attached; None when it speaks of no attachments at all."""
    check(uploads)
    if fields.body.get("attachments") is None:
        return tuple(Wanted(id=upload.number) for upload in uploads) or None
    numbers = {upload.number for upload in uploads}
    listed = []
    for entry in fields.objects("attachments", MOST_FILES):
        number = entry.snowflake("id", needed=True)
        if entry.body.get("uploaded_filename") is not None:
            entry.fault("uploaded_filename", "PLAYGROUND_UNSUPPORTED", "Send the file as files[n] of a multipart body.")
        wanted = Wanted(
            id=number or 0,
            name=entry.text("filename", 1024, shortest=1),
            description=entry.text("description", 1024),
            spoiler=entry.flag("is_spoiler"),
        )
        listed.append(wanted)
    known = {wanted.id for wanted in listed}
    listed += [Wanted(id=number) for number in sorted(numbers - known)]
    return tuple(listed)


def cleansed(name: str) -> str:
    """The name as Discord makes it safe, both of an upload and of an `attachment://` that means it."""
    return _UNWANTED.sub("_", name).strip("._") or "unknown"
