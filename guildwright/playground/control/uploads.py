"""Files that a member brings: into a message, an option of a command, or an input of a modal."""

from collections.abc import Sequence

from guildwright.playground import attaching
from guildwright.playground.bodies.attachments import MOST_BYTES, Upload, Wanted
from guildwright.playground.control.errors import invalid
from guildwright.playground.control.requests import NewFile
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json


def as_uploads(files: Sequence[NewFile]) -> tuple[Upload, ...]:
    """As a multipart body would carry them."""
    return tuple(
        Upload(number=number, name=file.filename, type=file.content_type, body=file.content)
        for number, file in enumerate(files)
    )


def as_attachments(files: Sequence[NewFile]) -> list[Json]:
    """As a message's body names them."""
    return [
        {"id": number, "filename": file.filename} | ({"description": file.description} if file.description else {})
        for number, file in enumerate(files)
    ]


class Bag:
    """The files of one interaction; each is used once, and none is left over."""

    def __init__(self, play: Playground, channel: Channel, files: Sequence[NewFile]) -> None:
        self._play = play
        self._channel = channel
        self._files = files
        self._left = dict(enumerate(as_uploads(files)))

    def take(self, place: object, field: str) -> Json:
        """Keep the file at that place; the attachment as it is kept."""
        number = int(place) if isinstance(place, str) and place.isdecimal() and place.isascii() else place
        if isinstance(number, bool) or not isinstance(number, int) or number not in self._left:
            raise invalid(field, f"{str(place)[:40]!r} is not the place of an unused file; files are counted from 0.")
        upload = self._left.pop(number)
        if len(upload.body) > MOST_BYTES:
            raise invalid(f"files.{number}", f"A file has {MOST_BYTES} bytes at most, not {len(upload.body)}.")
        wanted = Wanted(id=number, description=self._files[number].description)
        return attaching.keep(self._play, self._channel.id, upload, wanted) | {"ephemeral": True}

    def check_empty(self) -> None:
        """Refuse what nothing took."""
        if self._left:
            raise invalid(f"files.{next(iter(self._left))}", "Nothing takes this file.")
