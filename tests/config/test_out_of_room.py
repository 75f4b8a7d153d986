"""A disk that is full: what was done is said or undone, and nobody sees a traceback."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from io import TextIOWrapper
from pathlib import Path

import pytest

from guildwright import cli
from guildwright.guilds import ask, carry, get
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.guilds import guilds_list
from guildwright.platform.config.last_good import FILE
from guildwright.platform.config.store import StoreAway
from guildwright.platform.settings import Settings
from tests.fakes.documents import ELM, OAK, document


@pytest.fixture
def settings(guilds: Path, data: Path) -> Settings:
    return Settings(guilds=guilds, data=data)


@pytest.fixture
def nothing_can_be_kept(data: Path) -> None:
    data.mkdir()
    with closing(sqlite3.connect(data / FILE)) as database:
        database.execute(
            "CREATE VIEW kept AS SELECT '' guild_id, '' uid, 1 generation, '' content, '' source, '' version, '' spec"
            " WHERE false"
        )


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("nothing_can_be_kept")
async def test_a_change_that_cannot_be_recorded_is_put_back(guilds: Path, store: DirectoryStore) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    before = await store.read(OAK)
    for guild, version in ((OAK, before.version), (ELM, "")):
        with pytest.raises(StoreAway, match=f"{FILE} cannot be used: .*; its folder needs room"):
            await store.write(guild, {"giveaways": {"rerollLimit": 5}}, version)
    assert {path: path.read_text() for path in guilds.iterdir()} == {file: document(OAK, rerolls=2)}


@pytest.mark.usefixtures("nothing_can_be_kept")
async def test_a_change_that_cannot_be_put_back_is_told(guilds: Path, store: DirectoryStore) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=10))
    before = await store.read(OAK)
    with room_for(len(document(OAK, rerolls=5))), pytest.raises(StoreAway) as told:
        await store.write(OAK, {"giveaways": {"rerollLimit": 5}}, before.version)
    assert str(told.value).endswith(f"; and {file} could not be put back (File too large): it holds the change")
    assert file.read_text() == document(OAK, rerolls=5)


def test_an_export_that_ends_halfway_says_where_and_how_far_it_came(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.guilds / "oak.yaml").write_text(document(OAK))
    (settings.guilds / "elm.yaml").write_text(document(ELM, rerolls=2))
    with room_for(len(document(OAK)) + 5):
        code = ask.with_store(settings, lambda at: carry.take_out(at, tmp_path / "out", dry_run=False))
    assert code == ask.FAULT
    said = f"{tmp_path}/out/{ELM}.yaml: File too large; 1 of 2 files were written: mend it and export again\n"
    assert capsys.readouterr().err == said


def test_a_folder_that_is_not_there_is_named_beside_no_document(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.guilds.rmdir()
    assert ask.with_store(settings, lambda at: get.get(at, OAK, compiled=False, as_json=False)) == ask.REFUSED
    assert "the directory of guild documents is away" in capsys.readouterr().err


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """What is to be imported."""
    folder = tmp_path / "files"
    folder.mkdir()
    for guild in (OAK, ELM):
        (folder / f"{guild}.yaml").write_text(document(guild, rerolls=2))
    return folder


@contextmanager
def output(descriptor: int) -> Iterator[None]:
    """What is printed goes there at once."""
    raw = os.fdopen(descriptor, "wb", buffering=0)
    with raw, redirect_stdout(TextIOWrapper(raw, "utf-8", write_through=True)):
        yield


def test_an_output_without_room_is_told_after_everything_was_imported(
    settings: Settings, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with output(os.open("/dev/full", os.O_WRONLY)):
        assert ask.with_store(settings, lambda at: carry.bring(at, [files], dry_run=False)) == ask.FAULT
        assert ask.with_store(settings, lambda at: guilds_list(at, settings, as_json=False)) == ask.FAULT
    assert capsys.readouterr().err == "the output: No space left on device\n" * 2
    assert len(list(settings.guilds.iterdir())) == 2


def test_no_command_ends_in_a_traceback_where_its_output_has_no_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["guildwright", "schema"])
    with output(os.open("/dev/full", os.O_WRONLY)), pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().err) == (
        2,
        "guildwright: the output cannot be written: No space left on device\n",
    )


def test_a_reader_that_has_seen_enough_is_no_fault_of_ours(settings: Settings, files: Path) -> None:
    unread, pipe = os.pipe()
    os.close(unread)
    with output(pipe), pytest.raises(BrokenPipeError):  # of which the command line makes an end without a word
        ask.with_store(settings, lambda at: carry.bring(at, [files], dry_run=False))
    assert len(list(settings.guilds.iterdir())) == 2
