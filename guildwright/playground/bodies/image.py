"""Pictures as Discord takes them inside JSON: a data URI. The bytes count: JDA calls every picture a JPEG."""

import base64
import binascii
import hashlib
import re

import msgspec

from guildwright.playground.bodies.fields import Fields

_URI = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif);base64,(?P<bytes>[A-Za-z0-9+/=\s]*)")
_MAGIC = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
    "avif": (b"\x00\x00\x00",),
}
_INVALID = "Unsupported image type given"


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A checked picture. `hash` names it as Discord's do, with `a_` in front when it moves."""

    kind: str
    size: int
    hash: str

    @property
    def animated(self) -> bool:
        """Whether it moves."""
        return self.kind == "gif"


def read(fields: Fields, name: str, *, needed: bool = False, largest: int | None = None) -> Image | None:
    """A picture from a field; None when absent, null or wrong. `largest` is in bytes."""
    given = fields.body.get(name)
    if given is None:
        if needed:
            fields.missing(name)
        return None
    match = _URI.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        fields.fault(name, "IMAGE_INVALID", _INVALID)
        return None
    try:
        content = base64.b64decode(match["bytes"])
    except binascii.Error:
        fields.fault(name, "IMAGE_INVALID", "Invalid image data")
        return None
    kind = next((kind for kind, magic in _MAGIC.items() if content.startswith(magic)), None)
    if kind is None:
        fields.fault(name, "IMAGE_INVALID", "Invalid image data")
        return None
    if largest is not None and len(content) > largest:
        fields.fault(name, "BINARY_TYPE_MAX_SIZE", f"File cannot be larger than {largest / 1024} kb.")
        return None
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Image(kind=kind, size=len(content), hash=f"a_{digest}" if kind == "gif" else digest)
