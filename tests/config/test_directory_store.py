"""Files are edited by people with editors of every kind, while the bot runs."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import State
from tests.fakes.documents import ASH, ELM, OAK, document
from tests.fakes.waiting import eventually
from tests.fakes.watched import Watched

type Save = Callable[[Path, str], Awaitable[None]]


async def test_everything_there_is_comes_first(guilds: Path, store: DirectoryStore) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=1))
    (guilds / "more" / "deep").mkdir(parents=True)
    (guilds / "more" / "deep" / "elm.yml").write_text(document(ELM, rerolls=2))
    (guilds / ".hidden.yaml").write_text("%")
    (guilds / "notes.txt").write_text("%")
    async with Watched(store) as watched:
        await eventually(lambda: watched.changes)
        assert watched.changes[0].complete
        assert watched.rerolls(OAK) == 1
        assert watched.rerolls(ELM) == 2
        assert set(watched.guilds) == {OAK, ELM}
        assert not watched.changes[0].strays


async def test_an_edited_file_is_noticed_within_a_second(guilds: Path, watched: Watched) -> None:
    file = guilds / "oak.yaml"
    for rerolls in (1, 2, 3):
        file.write_text(document(OAK, rerolls=rerolls))
        assert await eventually(lambda rerolls=rerolls: watched.rerolls(OAK) == rerolls) < 1.0  # type: ignore[misc]
    assert watched.generation(OAK) == 3


async def test_a_comment_is_a_new_version_but_no_new_generation(guilds: Path, watched: Watched) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    version = watched.guilds[OAK].version
    file.write_text("# hello\n" + document(OAK, rerolls=2))
    await eventually(lambda: watched.guilds[OAK].version != version)
    assert watched.generation(OAK) == 1


async def save_by_rename(file: Path, text: str) -> None:
    """As vim, emacs and `sed -i` may: the old file goes aside, a new one is moved in, the old one is removed."""
    backup = file.with_name(file.name + "~")
    file.rename(backup)
    temporary = file.with_name("4913")
    temporary.write_text(text)
    await asyncio.sleep(0.02)
    temporary.rename(file)
    backup.unlink()


async def save_by_delete(file: Path, text: str) -> None:
    """As some editors on network drives do: the file is gone for a moment."""
    file.unlink()
    await asyncio.sleep(0.25)
    file.write_text(text)


async def save_piece_by_piece(file: Path, text: str) -> None:
    """As a slow disk or a naive program does: half a document is a good document, but not what was meant."""
    with file.open("w") as writing:
        for line in text.splitlines(keepends=True):
            writing.write(line)
            writing.flush()
            await asyncio.sleep(0.03)


async def save_through_a_copy(file: Path, text: str) -> None:
    """As Visual Studio Code does with hot exit: in place, truncated first."""
    file.write_text("")
    await asyncio.sleep(0.02)
    file.write_text(text)


async def save_by_hidden_temporary(file: Path, text: str) -> None:
    """As atomic writers do."""
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_text(text)
    temporary.replace(file)


@pytest.mark.parametrize(
    "save",
    [save_by_rename, save_by_delete, save_piece_by_piece, save_through_a_copy, save_by_hidden_temporary],
    ids=lambda function: function.__name__,
)
async def test_however_an_editor_saves_nothing_but_the_new_document_comes(
    guilds: Path, watched: Watched, save: Save
) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    seen = len(watched.changes)
    await save(file, document(OAK, rerolls=9))
    await eventually(lambda: watched.rerolls(OAK) == 9)
    await asyncio.sleep(0.6)
    for change in watched.changes[seen:]:
        stored = change.guilds[OAK]
        assert stored is not None
        assert stored.spec.giveaways
        assert stored.spec.giveaways.reroll_limit == 9
        assert not stored.problems
    assert watched.generation(OAK) == 2


async def test_a_deleted_file_is_a_document_that_is_gone(guilds: Path, watched: Watched) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    await eventually(lambda: watched.rerolls(OAK) == 2 and watched.rerolls(ELM) == 3)
    (guilds / "oak.yaml").unlink()
    assert await eventually(lambda: OAK not in watched.guilds) < 1.0
    assert watched.rerolls(ELM) == 3
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    assert watched.generation(OAK) == 2


async def test_a_file_deleted_while_nobody_looked_is_gone_at_the_next_start(guilds: Path, data: Path) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    async with Watched(DirectoryStore(guilds, data)) as watched:
        await eventually(lambda: watched.rerolls(OAK) == 2)
    (guilds / "oak.yaml").unlink()
    async with Watched(DirectoryStore(guilds, data)) as watched:
        await eventually(lambda: watched.changes and OAK not in watched.guilds)


async def test_what_was_last_good_survives_a_restart_while_the_file_is_bad(guilds: Path, data: Path) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    async with Watched(DirectoryStore(guilds, data)) as watched:
        await eventually(lambda: watched.rerolls(OAK) == 2)
        uid = watched.guilds[OAK].uid
    file.write_text("\t{")
    async with Watched(DirectoryStore(guilds, data)) as watched:
        await eventually(lambda: watched.changes)
        assert watched.state(OAK) is State.KEPT
        assert watched.rerolls(OAK) == 2
        file.write_text(document(OAK, rerolls=3))
        await eventually(lambda: watched.rerolls(OAK) == 3)
        assert (watched.guilds[OAK].uid, watched.generation(OAK)) == (uid, 2)


async def test_two_files_for_one_guild_stop_only_that_guild(guilds: Path, watched: Watched) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    (guilds / "copy.yaml").write_text(document(OAK, rerolls=5))
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    await eventually(lambda: watched.rerolls(ELM) == 3 and watched.state(OAK) is State.KEPT)
    assert watched.rerolls(OAK) == 2
    (guilds / "oak.yaml").unlink()
    await eventually(lambda: watched.rerolls(OAK) == 5)
    assert watched.generation(OAK) == 2


async def test_a_missing_directory_is_created_where_there_never_was_a_document(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    async with Watched(DirectoryStore(folder, tmp_path / "data")) as watched:
        await eventually(folder.is_dir)
        (folder / "oak.yaml").write_text(document(OAK, rerolls=2))
        await eventually(lambda: watched.rerolls(OAK) == 2)


async def test_a_directory_that_goes_away_takes_no_config_with_it(guilds: Path, data: Path) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    async with Watched(DirectoryStore(guilds, data)) as watched:
        await eventually(lambda: watched.rerolls(OAK) == 2)
        guilds.rename(guilds.with_name("moved"))
        await eventually(lambda: watched.changes[-1].strays)
        await asyncio.sleep(1.2)
        assert watched.rerolls(OAK) == 2
        assert not guilds.exists()
        guilds.with_name("moved").rename(guilds)
        (guilds / "oak.yaml").write_text(document(OAK, rerolls=3))
        await eventually(lambda: watched.rerolls(OAK) == 3)
        assert not watched.changes[-1].strays


async def test_another_directory_in_the_same_place_is_followed(guilds: Path, watched: Watched) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    shutil.rmtree(guilds)
    guilds.mkdir()
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=3))
    await eventually(lambda: watched.rerolls(OAK) == 3)
    for rerolls in (4, 5, 6):
        await asyncio.sleep(0.3)
        (guilds / "oak.yaml").write_text(document(OAK, rerolls=rerolls))
        assert await eventually(lambda rerolls=rerolls: watched.rerolls(OAK) == rerolls) < 1.0  # type: ignore[misc]


async def test_a_mounted_config_map_is_followed_as_kubernetes_swaps_it(guilds: Path, watched: Watched) -> None:
    def mount(name: str, rerolls: int) -> None:
        folder = guilds / name
        folder.mkdir()
        (folder / "oak.yaml").write_text(document(OAK, rerolls=rerolls))
        (guilds / "..data_tmp").symlink_to(name)
        (guilds / "..data_tmp").replace(guilds / "..data")

    mount("..2026_01", 2)
    (guilds / "oak.yaml").symlink_to("..data/oak.yaml")
    await eventually(lambda: watched.rerolls(OAK) == 2)
    mount("..2026_02", 3)
    shutil.rmtree(guilds / "..2026_01")
    await eventually(lambda: watched.rerolls(OAK) == 3)


async def test_a_file_that_is_renamed_is_no_change_for_its_guild(guilds: Path, watched: Watched) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    await eventually(lambda: watched.rerolls(OAK) == 2)
    (guilds / "oak.yaml").rename(guilds / "the oak hall.yml")
    await eventually(lambda: watched.guilds[OAK].source == "the oak hall.yml")
    assert watched.generation(OAK) == 1
    assert all(change.guilds[OAK] is not None for change in watched.changes[1:])


async def test_looking_records_nothing(guilds: Path, data: Path, store: DirectoryStore) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    (stored,) = await store.list()
    assert stored.state is State.WAITING
    assert (await store.read(OAK)).state is State.WAITING
    assert (await store.read(ASH)).state is State.DEFAULTS
    assert not list(data.glob("*"))


async def test_many_guilds_change_at_once(guilds: Path, watched: Watched) -> None:
    ids = [str(400000000000000000 + number) for number in range(60)]
    for guild_id in ids:
        (guilds / f"{guild_id}.yaml").write_text(document(guild_id, rerolls=4))
    await eventually(lambda: all(watched.rerolls(guild_id) == 4 for guild_id in ids))
    assert {watched.generation(guild_id) for guild_id in ids} == {1}


async def test_a_file_that_is_written_all_the_time_holds_nobody_up_for_long(guilds: Path, watched: Watched) -> None:
    async def scribble() -> None:
        while True:
            (guilds / "noise.yaml").write_text(os.urandom(8).hex())
            await asyncio.sleep(0.02)

    task = asyncio.create_task(scribble())
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    try:
        assert await eventually(lambda: watched.rerolls(OAK) == 2) < 4
    finally:
        task.cancel()
