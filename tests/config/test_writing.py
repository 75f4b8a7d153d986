"""A command changes a document only if it is still the one that was read, and leaves nothing half done."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guildwright.platform.config import files
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import CannotWrite, StaleWrite, State
from guildwright_crds.check import check_file
from tests.fakes.documents import ELM, OAK, document
from tests.fakes.waiting import eventually
from tests.fakes.watched import Watched

LIMIT_5 = {"giveaways": {"rerollLimit": 5}}


async def test_a_change_is_written_and_has_its_generation_at_once(
    guilds: Path, data: Path, store: DirectoryStore
) -> None:
    file = guilds / "the oak.yaml"
    file.write_text("# Ask Olive.\n" + document(OAK, rerolls=2))
    before = await store.read(OAK)
    after = await store.write(OAK, LIMIT_5, before.version)
    assert file.read_text() == "# Ask Olive.\n" + document(OAK, rerolls=5)
    assert (after.state, after.generation) == (State.LIVE, 1)
    assert after == await store.read(OAK)
    assert after == await DirectoryStore(guilds, data).read(OAK)


async def test_a_stale_write_is_refused_and_changes_nothing(guilds: Path, store: DirectoryStore) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    before = await store.read(OAK)
    file.write_text(document(OAK, rerolls=3))
    with pytest.raises(StaleWrite, match="changed since it was read"):
        await store.write(OAK, LIMIT_5, before.version)
    assert file.read_text() == document(OAK, rerolls=3)
    with pytest.raises(StaleWrite):
        await store.write(OAK, LIMIT_5, "")
    with pytest.raises(StaleWrite):
        await store.write(ELM, LIMIT_5, before.version)


async def test_a_guild_without_a_document_gets_a_file(guilds: Path, store: DirectoryStore) -> None:
    (guilds / f"{OAK}.yaml").write_text("taken: by something else\n")
    written = await store.write(OAK, LIMIT_5, (await store.read(OAK)).version)
    assert written.source == f"{OAK}-2.yaml"
    assert not check_file(guilds / written.source).problems


async def test_the_directory_is_made_for_the_first_document(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "new" / "guilds", tmp_path / "data")
    assert (await store.write(OAK, LIMIT_5, "")).generation == 1


@pytest.mark.parametrize("patch", [{"giveaways": {"rerollLimit": 99}}, {"giveawys": {}}, {"general": {"locale": 5}}])
async def test_a_change_that_would_not_pass_the_check_is_refused(
    guilds: Path, store: DirectoryStore, patch: dict[str, object]
) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    with pytest.raises(CannotWrite) as refused:
        await store.write(OAK, patch, (await store.read(OAK)).version)
    assert refused.value.problems
    assert file.read_text() == document(OAK, rerolls=2)


async def test_what_cannot_be_read_or_is_there_twice_is_not_written_to(guilds: Path, store: DirectoryStore) -> None:
    (guilds / "oak.yaml").write_text(document(OAK))
    (guilds / "copy.yaml").write_text(document(OAK))
    with pytest.raises(CannotWrite, match="2 files"):
        await store.write(OAK, LIMIT_5, "")


async def test_a_change_may_mend_what_is_wrong(guilds: Path, store: DirectoryStore) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=99))
    bad = await store.read(OAK)
    assert bad.state is State.REFUSED
    assert (await store.write(OAK, LIMIT_5, bad.version)).state is State.LIVE


async def test_a_change_that_changes_nothing_leaves_the_file_alone(guilds: Path, store: DirectoryStore) -> None:
    file = guilds / "oak.yaml"
    text = document(OAK, rerolls=5).replace("    rerollLimit: 5", "    rerollLimit:    5   # spaced as I like it")
    file.write_text(text)
    before = file.stat()
    await store.write(OAK, LIMIT_5, (await store.read(OAK)).version)
    assert file.read_text() == text
    assert file.stat().st_ino == before.st_ino


async def test_permissions_and_links_stay_as_they_were(guilds: Path, tmp_path: Path, store: DirectoryStore) -> None:
    real = tmp_path / "real.yaml"
    real.write_text(document(OAK, rerolls=2))
    real.chmod(0o640)
    (guilds / "oak.yaml").symlink_to(real)
    await store.write(OAK, LIMIT_5, (await store.read(OAK)).version)
    assert (guilds / "oak.yaml").is_symlink()
    assert real.read_text() == document(OAK, rerolls=5)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert not list(tmp_path.glob(".guildwright-*"))


async def test_a_watcher_of_the_same_data_sees_the_generation_that_the_writer_was_told(
    guilds: Path, data: Path, watched: Watched
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    other = DirectoryStore(guilds, data)
    for rerolls in (5, 6, 7):
        version = (await other.read(OAK)).version
        written = await other.write(OAK, {"giveaways": {"rerollLimit": rerolls}}, version)
        await eventually(lambda written=written: watched.guilds[OAK] == written)  # type: ignore[misc]
    assert watched.generation(OAK) == 4


async def test_of_two_writers_at_once_one_is_told_that_it_came_too_late(guilds: Path, data: Path) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    stores = [DirectoryStore(guilds, data) for _ in range(2)]
    for _ in range(5):
        version = (await stores[0].read(OAK)).version
        present = (await stores[0].read(OAK)).spec.giveaways
        assert present
        limits = [value for value in (3, 4, 5) if value != present.reroll_limit][:2]
        outcomes = await asyncio.gather(
            *(
                store.write(OAK, {"giveaways": {"rerollLimit": limit}}, version)
                for store, limit in zip(stores, limits, strict=True)
            ),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StaleWrite", "Stored"]


WRITER = """
import asyncio, sys
from pathlib import Path
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import StaleWrite
async def main(folder, data, start, count):
    store = DirectoryStore(Path(folder), Path(data))
    print("begun", flush=True)
    for number in range(int(start), int(start) + int(count)):
        while True:
            stored = await store.read("123456789012345678")
            roles = list(stored.spec.giveaways.manager_roles) if stored.spec.giveaways else []
            roles.append(str(number))
            try:
                await store.write("123456789012345678", {"giveaways": {"managerRoles": roles[-25:]}}, stored.version)
                break
            except StaleWrite:
                continue
asyncio.run(main(*sys.argv[1:]))
"""


def writer(guilds: Path, data: Path, start: int, count: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(guilds), str(data), str(start), str(count)], stdout=subprocess.PIPE
    )


@pytest.mark.integration
async def test_two_processes_that_add_to_one_list_lose_nothing(guilds: Path, data: Path) -> None:
    (guilds / "oak.yaml").write_text(document(OAK))
    writers = [writer(guilds, data, start, 10) for start in (400000000000000000, 500000000000000000)]
    assert [process.wait(60) for process in writers] == [0, 0]
    stored = await DirectoryStore(guilds, data).read(OAK)
    assert stored.spec.giveaways
    assert len(set(stored.spec.giveaways.manager_roles)) == 20
    assert stored.generation == 20


@pytest.mark.integration
async def test_a_writer_that_is_killed_at_any_moment_leaves_a_whole_document(guilds: Path, data: Path) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK))
    generation = 0
    for attempt in range(4):
        process = writer(guilds, data, 400000000000000000 + 100 * attempt, 1000)
        assert process.stdout
        process.stdout.readline()
        written, deadline = file.stat().st_ino, time.monotonic() + 10
        while file.stat().st_ino == written:
            assert time.monotonic() < deadline
        time.sleep(0.015 * attempt)  # noqa: ASYNC251  a moment of its own in each round
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not check_file(file).problems
        stored = await DirectoryStore(guilds, data).write(OAK, {"general": {"locale": "de"}}, version(file))
        assert stored.generation >= generation
        generation = stored.generation
        assert not list(guilds.glob(".guildwright-*"))


def version(file: Path) -> str:
    return files.version_of(file.read_bytes())


async def test_what_a_killed_writer_left_is_swept_and_never_read(guilds: Path, store: DirectoryStore) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    (guilds / ".guildwright-abc.tmp").write_text(document(OAK, rerolls=3)[:50])
    assert [stored.problems for stored in await store.list()] == [()]
    await store.write(OAK, LIMIT_5, (await store.read(OAK)).version)
    assert os.listdir(guilds) == ["oak.yaml"]  # noqa: PTH208  only the names
