"""A document that is as large as the schema allows, made from the schema: every list full, every text long.

A text with a pattern that is new here needs a line in `_LONGEST`; the test that uses this says so.
"""

from typing import Any

from guildwright_crds.base import ALLOWED, DURATION_WORDS, LIST_KEYS, SNOWFLAKE_WORDS
from guildwright_crds.commands import COMMAND_WORDS, PREFIX_WORDS
from guildwright_crds.general import LOCALE_WORDS, TIME_ZONE_WORDS
from guildwright_crds.schema import document_schema

GUILD = "1101000000000000001"
_FIRST = 1101000000000001000

_LONGEST = {
    SNOWFLAKE_WORDS: lambda number: str(_FIRST + number),
    DURATION_WORDS: lambda _: "000000d000000h000000m086400s",
    LOCALE_WORDS: lambda _: "zho-Hant-TW",
    TIME_ZONE_WORDS: lambda _: "America/Argentina/ComodRivadavia",
    COMMAND_WORDS: lambda number: f"{'c' * 32} {'c' * 32} {'c' * 28}{number:04}",
    PREFIX_WORDS: lambda _: "\N{PARTY POPPER}" * 5,
}


def fullest() -> dict[str, Any]:
    """The document. Every field of the spec is there."""
    spec = _fill(document_schema()["properties"]["spec"], 0)
    return {
        "apiVersion": "guildwright.dev/v1alpha1",
        "kind": "GuildConfig",
        "metadata": {"name": GUILD},
        "spec": spec,
    }


def _fill(schema: Any, number: int) -> Any:  # noqa: PLR0911  one for each kind of schema
    match schema:
        case {"enum": choices}:
            return max(choices, key=len)
        case {"properties": fields}:
            return {name: _fill(child, number) for name, child in fields.items()}
        case {"items": item, "maxItems": size}:
            assert "properties" not in item or LIST_KEYS in schema
            return [_fill(item, one) for one in range(size)]
        case {"type": "boolean"}:
            return True
        case {"type": "integer", "maximum": maximum}:
            return maximum
        case {"type": "string", "pattern": pattern}:
            words = schema.get(ALLOWED)
            assert words in _LONGEST, f"tests/cluster/fullest.py has no longest text for {pattern} ({words})"
            return _LONGEST[words](number)
        case {"type": "string", "maxLength": size}:
            return "\N{PARTY POPPER}" * size
    raise AssertionError(f"no largest value for {schema}")
