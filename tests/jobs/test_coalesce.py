"""What many ask for at once is one statement, and each gets an answer of its own."""

import asyncio

import pytest

from guildwright.platform.jobs.coalesce import Coalescer


class Recorder:
    """Doubles numbers, and remembers the lists in which they came."""

    def __init__(self) -> None:
        self.lists: list[list[int]] = []

    async def double(self, numbers: list[int]) -> list[int]:
        self.lists.append(numbers)
        await asyncio.sleep(0.01)
        if 13 in numbers:
            raise ValueError("unlucky")
        return [2 * number for number in numbers]


async def test_what_comes_while_one_list_is_under_way_is_the_next_list() -> None:
    seen = Recorder()
    both = Coalescer(seen.double, apart=lambda _: False)

    first = asyncio.create_task(both.ask(1))
    await asyncio.sleep(0.005)
    answers = await asyncio.gather(*[both.ask(number) for number in range(2, 6)])

    assert [await first, *answers] == [2, 4, 6, 8, 10]
    assert seen.lists == [[1], [2, 3, 4, 5]]


async def test_no_list_is_longer_than_said() -> None:
    seen = Recorder()
    few = Coalescer(seen.double, apart=lambda _: False, most=2)
    assert await few.ask_all([1, 2, 3]) == [2, 4, 6]
    assert seen.lists == [[1, 2], [3]]


async def test_one_bad_item_fails_alone() -> None:
    seen = Recorder()
    apart = Coalescer(seen.double, apart=lambda error: isinstance(error, ValueError))

    good, bad, other = await apart.ask_all([1, 13, 2])

    assert (good, other) == (2, 4)
    assert isinstance(bad, ValueError)


async def test_what_nobody_is_to_blame_for_all_get() -> None:
    together = Coalescer(Recorder().double, apart=lambda _: False)
    assert [type(answer) for answer in await together.ask_all([1, 13])] == [ValueError, ValueError]


async def test_a_caller_who_leaves_disturbs_no_other() -> None:
    seen = Recorder()
    both = Coalescer(seen.double, apart=lambda _: False)
    leaves = asyncio.create_task(both.ask(1))
    stays = asyncio.create_task(both.ask(2))
    await asyncio.sleep(0.005)
    leaves.cancel()

    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await leaves


def test_it_serves_one_event_loop_after_another() -> None:
    both = Coalescer(Recorder().double, apart=lambda _: False)
    assert [asyncio.run(both.ask(number)) for number in (1, 2)] == [2, 4]
