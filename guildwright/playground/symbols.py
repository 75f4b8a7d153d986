"""Which characters are emojis, and how each is written: with its presentation selectors, so that ❤ and ❤️ are one."""

from functools import cache

import emoji

_SELECTOR = "\ufe0f"
_WHOLE = emoji.STATUS["fully_qualified"]
_LATIN = 0x100  # © and ® are text unless they are marked as pictures
# Discord offers the letters of flags one by one, too; Unicode has them as parts of flags only.
_LETTERS = {chr(code) for code in range(0x1F1E6, 0x1F200)}


@cache
def _written() -> dict[str, str]:
    """Every emoji without its selectors, and with them."""
    listed = (text for text, facts in emoji.EMOJI_DATA.items() if facts["status"] == _WHOLE)
    return {text.replace(_SELECTOR, ""): text for text in (*listed, *_LETTERS)}


def written(text: str) -> str | None:
    """One emoji as it is written in full; None of anything else."""
    if len(text) == 1 and ord(text) < _LATIN:
        return None
    return _written().get(text.replace(_SELECTOR, ""))
