"""Operations that the playground serves and Discord's document lacks, each with a schema of ours.

A test holds the list exact: nothing on it is in the document, and nothing off it is served without being documented.
"""

from typing import Any

# (method, path template) → JSON schemas of the request's and the successful response's body.
UNDOCUMENTED: dict[tuple[str, str], dict[str, Any]] = {
    # Resources, Guild, Modify Current User Nick: deprecated, and what discord.py calls.
    ("PATCH", "/guilds/{guild_id}/members/@me/nick"): {
        "request": {"type": "object", "properties": {"nick": {"type": ["string", "null"], "maxLength": 32}}},
        "response": {"type": "object"},
    },
}
