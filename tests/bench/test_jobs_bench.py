"""The benchmark of jobs in small: what it counts is right. How fast they are, nobody asserts on a shared machine."""

import pytest

from tests.bench.jobs import Sizes, measure, report

pytestmark = pytest.mark.integration


async def test_every_contender_runs_what_was_added_and_the_last_line_holds_the_ratios() -> None:
    sizes = Sizes(single=50, bulk=100, callers=5, chunk=20, hands=5, rounds=1)

    contenders = await measure(sizes)

    assert [one.name for one in contenders] == [
        "Guildwright",
        "Guildwright, batches",
        "BullMQ everysec",
        "BullMQ always",
    ]
    for one in contenders:
        assert min(one.single + one.bulk) > 0
    *_, last = report(contenders, sizes).splitlines()
    assert last.startswith("ratios to BullMQ everysec: single ")
