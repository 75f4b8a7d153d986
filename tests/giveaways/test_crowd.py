"""Ten thousand members enter within a minute: the message keeps up, and Discord is not asked ten thousand times."""

import asyncio
from dataclasses import replace

import pytest

from guildwright.platform.database.engine import fetch
from tests.giveaways.conftest import Hall

pytestmark = [pytest.mark.integration, pytest.mark.long]

MEMBERS = 10_000
SECONDS = 60
PAUSE = 5


async def test_ten_thousand_entries_in_a_minute_are_a_dozen_edits_and_all_are_shown(hall: Hall) -> None:
    hall.caps = replace(hall.caps, entries=MEMBERS)
    giveaway = await hall.started()
    members = iter(range(1000, 1000 + MEMBERS))
    for second in range(SECONDS):
        crowd = [next(members) for _ in range(MEMBERS * (second + 1) // SECONDS - MEMBERS * second // SECONDS)]
        for start in range(0, len(crowd), 10):
            await asyncio.gather(*(hall.click(giveaway, member) for member in crowd[start : start + 10]))
        await hall.pass_time(1 / 60)
    await hall.pass_time(PAUSE / 60)
    [jobs] = await fetch("SELECT count(*) AS refreshes FROM job WHERE kind = 'giveaways.refresh'")
    assert (await hall.now(giveaway)).entries == MEMBERS
    assert "Entries: **10,000**" in hall.panel.text
    assert hall.panel.edits <= SECONDS / PAUSE + 2
    assert jobs["refreshes"] == hall.panel.edits


async def test_a_click_looks_at_one_row_of_each_table_however_many_entries_there_are(hall: Hall) -> None:
    giveaway = await hall.started()
    await fetch(
        "INSERT INTO giveaway_entry (giveaway_id, member_id, active, barred, interaction_id) "
        "SELECT $1, 1000 + n, true, '', n FROM generate_series(1, 20000) AS n",
        giveaway.id,
    )
    await fetch("ANALYZE giveaway_entry")
    before = await _scans()
    for member in range(1, 6):
        await hall.click(giveaway, member)
    after = await _scans()
    assert after == before


async def _scans() -> int:
    """How often the table of entries was read from end to end; statistics arrive when their session rests."""
    await fetch("SELECT pg_stat_force_next_flush()")
    await fetch("SELECT pg_stat_clear_snapshot()")
    [row] = await fetch("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'giveaway_entry'")
    return int(row["seq_scan"])
