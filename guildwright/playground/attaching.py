"""Keeping uploads: each becomes a file in SQLite and an attachment in its message, with `path` in place of a URL."""

import io
import mimetypes
from collections.abc import Iterable
from urllib.parse import quote

import imagesize  # type: ignore[import-untyped]

from guildwright.playground.bodies.attachments import Upload, Wanted, cleansed
from guildwright.playground.errors import Faults
from guildwright.playground.files import File
from guildwright.playground.playground import Playground
from guildwright.playground.records import Json

_SPOILER = 1 << 3
_SIZES = ("width", "height")


def attach(
    play: Playground,
    channel_id: int,
    wanted: Iterable[Wanted],
    uploads: tuple[Upload, ...],
    present: tuple[Json, ...] = (),
) -> tuple[Json, ...]:
    """The attachments of a message as they are kept: `path` instead of a URL. Writes the uploads."""
    by_number = {upload.number: upload for upload in uploads}
    by_id = {int(entry["id"]): entry for entry in present}
    found: list[Json] = []
    faults = Faults()
    for index, entry in enumerate(wanted):
        if entry.id in by_number:
            found.append(keep(play, channel_id, by_number[entry.id], entry))
        elif entry.id in by_id:
            found.append(by_id[entry.id] | ({"description": entry.description} if entry.description else {}))
        else:
            faults.add(f"attachments.{index}", "ATTACHMENT_NOT_FOUND", "Attachment data not found")
    faults.check()
    return tuple(found)


def keep(play: Playground, channel_id: int, upload: Upload, wanted: Wanted | None = None) -> Json:
    """Write an upload; the attachment as it is kept."""
    given = wanted.name if wanted and wanted.name else upload.name
    name = cleansed(given)
    if wanted and wanted.spoiler and not name.startswith("SPOILER_"):
        name = f"SPOILER_{name}"
    kind = _type_of(upload, name)
    file = File(id=play.ids.next(), name=name, type=kind, body=upload.body)
    play.store.files.keep(file)
    entry: Json = {
        "id": str(file.id),
        "filename": name,
        "size": len(file.body),
        "content_type": kind,
        "path": f"/attachments/{channel_id}/{file.id}/{quote(name)}",
        **_measured(file),
    }
    if name.startswith("SPOILER_"):
        entry["flags"] = _SPOILER
    if name != given:
        entry["title"] = given.rpartition(".")[0] or given
    if wanted and wanted.description:
        entry["description"] = wanted.description
    return entry


def _type_of(upload: Upload, name: str) -> str:
    kind = upload.type
    if not kind or kind == "application/octet-stream":
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/") and "charset" not in kind:
        kind += "; charset=utf-8"
    return kind


def _measured(file: File) -> Json:
    """An image's width and height, by what is in it."""
    if not file.type.startswith("image/"):
        return {}
    try:
        sizes = imagesize.get(io.BytesIO(file.body))
    except Exception:  # noqa: BLE001 - a broken picture may break its reader in any way, and is then a file like others
        return {}
    return dict(zip(_SIZES, map(int, sizes), strict=True)) if min(sizes) > 0 else {}
