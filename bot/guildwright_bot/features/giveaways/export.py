"""Everything that is known of a guild's giveaways, for people to keep: the dashboard and the command line ask here."""

import csv
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from guildwright_bot.features.giveaways import records, store
from guildwright_bot.features.giveaways.domain import Giveaway, PrizeClaim
from guildwright_bot.features.giveaways.terms import to_json

COLUMNS = ("giveaway", "prize", "state", "at", "what", "who", "details")
_PAGE = 200
# What makes a spreadsheet take a cell for a formula, also behind blanks that it strips.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True)
class Exported:
    """A giveaway with its claims and its whole history, oldest line first."""

    giveaway: Giveaway
    claims: Sequence[PrizeClaim]
    lines: Sequence[dict[str, Any]]


async def exported(guild_id: int, number: int | None = None, *, at_once: int = _PAGE) -> AsyncIterator[Exported]:
    """A guild's giveaways by number, also closed and deleted ones that are kept; or one of them.

    Reads `at_once` at a time, each as it is at that moment: a guild may have many.
    """
    if number is not None:
        giveaway = await store.find(guild_id, number)
        if giveaway is not None and giveaway.number == number:
            yield await _whole(giveaway)
        return
    after = 0
    while page := await store.page(guild_id, after, at_once):
        for giveaway in page:
            yield await _whole(giveaway)
        after = page[-1].number


async def _whole(giveaway: Giveaway) -> Exported:
    return Exported(giveaway, await store.claims(giveaway.id), await records.of(giveaway.id))


def as_json(found: Exported) -> dict[str, Any]:
    """One giveaway for a program. Ids are text: JSON numbers lose their last digits. Times are ISO 8601 with offset."""
    giveaway = found.giveaway
    return {
        "number": giveaway.number,
        "state": giveaway.state.value,
        "channel": str(giveaway.channel_id),
        "host": str(giveaway.host_id),
        "message": _id(giveaway.message_id),
        "starts_at": giveaway.started_at.isoformat(),
        "ends_at": giveaway.ends_at.isoformat(),
        "entries": giveaway.entries,
        "terms": to_json(giveaway.terms),
        "claims": [
            {
                "member": str(claim.member_id),
                "round": claim.round,
                "state": claim.state.value,
                "deadline": _time(claim.deadline),
                "message": _id(claim.message_id),
            }
            for claim in found.claims
        ],
        "record": [
            {"at": _time(line["at"]), "what": line["kind"], "who": _id(line["actor_id"]), "details": line["details"]}
            for line in found.lines
        ],
    }


async def write_json(guild_id: int, giveaways: AsyncIterator[Exported], out: TextIO) -> int:
    """Write one JSON document, a giveaway at a time; how many there were."""
    count = 0
    out.write(f'{{"guild": "{guild_id}", "giveaways": [')
    async for each in giveaways:
        out.write(",\n" if count else "\n")
        out.write(json.dumps(as_json(each), ensure_ascii=False))
        count += 1
    out.write("\n]}\n")
    return count


async def write_csv(giveaways: AsyncIterator[Exported], out: TextIO) -> int:
    """Write a line for each line of each history, for spreadsheets; how many giveaways there were."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    async for each in giveaways:
        count += 1
        giveaway = each.giveaway
        for line in each.lines:
            details = json.dumps(line["details"], ensure_ascii=False)
            about = (giveaway.number, giveaway.terms.prize, giveaway.state.value)
            writer.writerow(map(safe, (*about, _time(line["at"]), line["kind"], _id(line["actor_id"]), details)))
    return count


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
