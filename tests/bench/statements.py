"""Which statements the code really sends, and whether PostgreSQL would read a whole table for one of them.

The list is recorded where they are sent, so a statement that is added is judged the same day.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from guildwright.platform.database import engine

_PLANNED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


@dataclass
class Recorded:
    """Every different statement, with the arguments of its last use, and how often it was sent."""

    arguments: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def note(self, sent: Any) -> None:
        """What asyncpg calls for each statement."""
        text = sent.query
        # Several statements at once are asyncpg's own, when a connection goes back; so is what it asks of the catalogue
        # of types, once for each connection.
        own = ";" in text or "typeinfo_tree" in text
        if sent.exception is None and _PLANNED.match(text) and not own:
            self.arguments[text] = tuple(sent.args or ())
            self.times[text] = self.times.get(text, 0) + 1

    async def open(self, url: str) -> None:
        """Point the engine at a database, and record from now on."""
        await engine.open_url(url)
        assert engine.DB.pool
        await engine.DB.pool.close()

        async def listen(connection: asyncpg.Connection) -> None:
            connection.add_query_logger(self.note)

        engine.DB.pool = await asyncpg.create_pool(**engine.DB.config, min_size=0, max_size=10, init=listen)

    def forget(self) -> None:
        """Begin anew: what filled the tables is nobody's everyday statement."""
        self.arguments.clear()
        self.times.clear()


async def whole_tables(recorded: Recorded, url: str, *, only_where_no_index_serves: bool) -> dict[str, set[str]]:
    """The statements that read whole tables, and which.

    In small tables that is what PostgreSQL likes best: there, ask only for statements that no index could serve.
    """
    found: dict[str, set[str]] = {}
    connection = await asyncpg.connect(url)
    try:
        if only_where_no_index_serves:
            await connection.execute("SET enable_seqscan = off")
        for text, arguments in recorded.arguments.items():
            transaction = connection.transaction()
            await transaction.start()
            try:
                [[plan]] = await connection.fetch(f"EXPLAIN (FORMAT JSON) {text}", *arguments)
            finally:
                await transaction.rollback()
            if tables := {node["Relation Name"] for node in _nodes(json.loads(plan)[0]["Plan"]) if _is_scan(node)}:
                found[text] = tables
    finally:
        await connection.close()
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _is_scan(node: dict[str, Any]) -> bool:
    return bool(node["Node Type"] == "Seq Scan" and "Relation Name" in node)
