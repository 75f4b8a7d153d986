"""What is written in one turn of the event loop is one transaction, and nothing leaves before it is on disk."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from guildwright.playground.playground import Options, Playground
from guildwright.playground.records import User
from guildwright.playground.written import written_first


@contextmanager
def counted(play: Playground) -> Iterator[Counter[str]]:
    """What SQLite is told to do, by first word."""
    said: Counter[str] = Counter()
    play.store._database.set_trace_callback(lambda statement: said.update([statement.split()[0]]))
    yield said
    play.store._database.set_trace_callback(None)


@pytest.fixture
def play() -> Iterator[Playground]:
    made = Playground(Options())
    yield made
    made.close()


def write(play: Playground, user_id: int) -> None:
    with play.store.change() as change:
        change.put(User(id=user_id, username=f"user {user_id}"))


def fail_halfway(play: Playground) -> None:
    with play.store.change() as change:
        change.put(User(id=2, username="never"))
        raise RuntimeError("halfway")


def write_two(play: Playground) -> None:
    with play.store.change() as change:
        change.put(User(id=2, username="with the other"))
        change.put(User(id=3, username="refused"))


async def test_all_changes_of_a_turn_are_one_transaction(play: Playground) -> None:
    with counted(play) as said:
        for user_id in range(1, 101):
            write(play, user_id)
        assert said["COMMIT"] == 0
        await asyncio.sleep(0)

    assert (said["BEGIN"], said["COMMIT"], said["INSERT"]) == (1, 1, 100)


def test_without_an_event_loop_every_change_is_its_own(play: Playground) -> None:
    with counted(play) as said:
        write(play, 1)
        write(play, 2)

    assert (said["BEGIN"], said["COMMIT"]) == (2, 2)


async def test_an_answer_leaves_after_what_it_speaks_of_is_on_disk(play: Playground) -> None:
    order: list[str] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        write(play, 1)
        await send({"type": "http.response.start"})

    async def send(message: Any) -> None:
        order.append(message["type"])

    play.store._database.set_trace_callback(lambda statement: order.append(statement.split()[0]))
    await written_first(app, play.store)({}, None, send)  # type: ignore[arg-type,typeddict-item]
    play.store._database.set_trace_callback(None)

    assert order == ["BEGIN", "INSERT", "COMMIT", "http.response.start"]


async def test_a_change_that_fails_takes_none_of_its_turn_with_it(play: Playground) -> None:
    write(play, 1)
    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway(play)
    write(play, 3)
    await asyncio.sleep(0)
    kept = play.store._database.execute("SELECT key FROM record WHERE kind = 'user' AND key < 4").fetchall()

    assert [key for (key,) in kept if key in {"1", "2", "3"}] == ["1", "3"]
    assert 2 not in play.memory.users


async def test_a_change_that_cannot_be_written_is_undone_alone(play: Playground) -> None:
    write(play, 1)
    play.store._database.execute(
        "CREATE TEMP TRIGGER no BEFORE INSERT ON main.record WHEN NEW.key = '3' BEGIN SELECT RAISE(ABORT, 'disk'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="disk"):
        write_two(play)
    await asyncio.sleep(0)
    keys = {key for (key,) in play.store._database.execute("SELECT key FROM record WHERE kind = 'user'")}

    assert ("1" in keys, "2" in keys, "3" in keys) == (True, False, False)
    assert 2 not in play.memory.users
