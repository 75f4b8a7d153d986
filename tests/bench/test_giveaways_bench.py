"""The benchmark of giveaways in small: it does what it says, and each statement of the code has an index to use."""

import pytest

from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch
from tests.bench.giveaways import Sizes, measure
from tests.bench.statements import Recorded, whole_tables
from tests.fakes.postgres_server import PostgresServer, postgres

__all__ = ["postgres"]

pytestmark = pytest.mark.integration


async def test_no_statement_of_giveaways_has_to_read_a_whole_table(postgres: PostgresServer) -> None:
    found = await measure(Sizes(giveaways=300, entries=2000, times=12), postgres.url)

    assert found.scans == {}
    assert found.statements > 15
    assert {"start", "enter, most entries", "list", "end, most entries"} <= found.took.keys()


async def test_a_statement_that_no_index_serves_is_found(postgres: PostgresServer) -> None:
    recorded = Recorded()
    await recorded.open(postgres.url)
    await fetch("CREATE TABLE IF NOT EXISTS pile (id bigint PRIMARY KEY, owner bigint)")
    await fetch("SELECT * FROM pile WHERE id = $1", 1)
    await fetch("SELECT * FROM pile WHERE owner = $1", 1)
    await engine.close_database()

    found = await whole_tables(recorded, postgres.url, only_where_no_index_serves=True)

    assert found == {"SELECT * FROM pile WHERE owner = $1": {"pile"}}
