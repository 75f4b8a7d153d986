"""Names of things as people type them in a command: "#7", a message's id, or a link to the message.

Read exactly: what only ends in a number is no number, for a guess would end somebody else's giveaway.
"""

import re

_NUMBER = re.compile(r"#?(?P<id>\d+)", re.ASCII)
_LINK = re.compile(
    r"<?https://(?:\w+\.)?discord(?:app)?\.com/channels/(?P<guild>\d+)/\d+/(?P<id>\d+)/?>?", re.ASCII | re.IGNORECASE
)
_LARGEST = 2**63 - 1


def number_or_message(typed: str, guild_id: int) -> int | None:
    """The number or message id that the whole of `typed` is, or that it links to in this guild."""
    found = _NUMBER.fullmatch(typed) or _LINK.fullmatch(typed)
    if found is None or int(found.groupdict().get("guild", guild_id)) != guild_id:
        return None
    named = int(found["id"])
    return named if named <= _LARGEST else None
