"""Whatever lies in the directory: a clear problem, the guild keeps what was last good, the others notice nothing."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import State
from tests.fakes.documents import ASH, ELM, OAK, document
from tests.fakes.waiting import eventually
from tests.fakes.watched import Watched

GOOD = document(OAK, rerolls=2)


def text(content: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(content)


def data(content: bytes) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(content)


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def dangling(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere.yaml")


def loop(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def device(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
RUBBISH: dict[str, Callable[[Path], object]] = {
    "tabs": text(GOOD.replace("    rerollLimit", "\trerollLimit")),
    "a wrong type": text(GOOD.replace("2\n", "[2]\n")),
    "an unknown field": text(GOOD.replace("rerollLimit", "rerolLimit")),
    "an unquoted id": text(GOOD.replace(f'"{OAK}"', OAK)),
    "another kind": text(GOOD.replace("GuildConfig", "Deployment")),
    "two documents": text(GOOD + "---\n" + GOOD),
    "a key twice": text(GOOD + "    rerollLimit: 3\n"),
    "a list": text("- 1\n- 2\n"),
    "a word": text("hello"),
    "nothing": text(""),
    "only a comment": text("# soon\n"),
    "a template that was never rendered": text("{{ .Values.guild }}\n" + GOOD),
    "a merge conflict": text(f"<<<<<<< HEAD\n{GOOD}=======\n{GOOD}>>>>>>> theirs\n"),
    "python tags": text(GOOD + "  x: !!python/object/apply:os.system ['true']\n"),
    "5 MB": text(GOOD + "# " + "x" * 5_000_000),
    "5 MB of keys": text(GOOD + "".join(f"    k{number}: {number}\n" for number in range(300_000))),
    "a YAML bomb": text(BOMB + GOOD),
    "an endless alias": text("spec: &a [*a]\n" + GOOD),
    "a deep pit of brackets": text("[" * 50_000),
    "a deep pit of indentation": text("".join(" " * depth + "a:\n" for depth in range(500))),
    "an endless key": text("? " * 20_000),
    "binary": data(os.urandom(3000)),
    "zero bytes": data(b"\0" * 1000),
    "half a UTF-8 letter": data(GOOD.encode() + b"# \xc3"),
    "Latin-1": data((GOOD + "# Bücher\n").encode("latin-1")),
    "UTF-16": data(GOOD.encode("utf-16")),
    "control letters": text(GOOD + "# \x07\x1b[31m\n"),
    "a pipe": pipe,
    "a dangling link": dangling,
    "a link to itself": loop,
    "a link to a device": device,
}


@pytest.mark.parametrize("spoil", RUBBISH.values(), ids=RUBBISH.keys())
async def test_rubbish_leaves_its_guild_with_what_was_last_good_and_the_others_alone(
    guilds: Path, store: DirectoryStore, spoil: Callable[[Path], object]
) -> None:
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    kept = await store.write(OAK, {"giveaways": {"rerollLimit": 2}}, "")
    file = guilds / kept.source
    spoil(file)
    oak, elm = await store.list()
    assert elm.state is State.WAITING
    assert oak.state is State.KEPT
    assert (oak.spec, oak.generation) == (kept.spec, 1)
    assert oak.problems
    assert all(problem.file == str(file) and problem.message for problem in oak.problems)


async def test_a_folder_of_a_documents_name_is_only_a_folder(guilds: Path, store: DirectoryStore) -> None:
    (guilds / "oak.yaml").mkdir()
    (guilds / "oak.yaml" / "elm.yaml").write_text(document(ELM, rerolls=3))
    assert [stored.source for stored in await store.list()] == ["oak.yaml/elm.yaml"]


async def test_all_the_rubbish_at_once_stops_nobody(guilds: Path, data: Path) -> None:
    for number, spoil in enumerate(RUBBISH.values()):
        file = guilds / f"{number}.yaml"
        file.write_text("")
        spoil(file)
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    async with Watched(DirectoryStore(guilds, data)) as watched:
        await eventually(lambda: watched.rerolls(ELM) == 3, seconds=20)
        assert watched.state(OAK) is State.REFUSED
        assert len(watched.changes[0].strays) > 10
        (guilds / "ash.yaml").write_text(document(ASH, rerolls=4))
        assert await eventually(lambda: watched.rerolls(ASH) == 4) < 1.0


@pytest.mark.parametrize(
    "name", [b"caf\xe9.yaml", "жар птица.yaml".encode(), b"-rf *.yaml", b"new\nline.yaml", b"'\".yaml"]
)
async def test_a_file_may_be_called_anything(guilds: Path, data: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(guilds) + b"/" + name))
    path.write_text(GOOD)
    store = DirectoryStore(guilds, data)
    async with Watched(store) as watched:
        await eventually(lambda: watched.rerolls(OAK) == 2)
        watched.guilds[OAK].source.encode()
        written = await store.write(OAK, {"giveaways": {"rerollLimit": 5}}, watched.guilds[OAK].version)
        assert written.generation == 2
        await eventually(lambda: watched.rerolls(OAK) == 5)
        path.write_text("\t{")
        await eventually(lambda: watched.state(OAK) is State.KEPT)
        path.unlink()
        await eventually(lambda: OAK not in watched.guilds)


async def test_a_mended_file_is_live_again_and_says_so(guilds: Path, watched: Watched) -> None:
    file = guilds / "oak.yaml"
    file.write_text(GOOD)
    await eventually(lambda: watched.rerolls(OAK) == 2)
    file.write_text("\t{")
    await eventually(lambda: watched.state(OAK) is State.KEPT)
    await asyncio.sleep(0)
    file.write_text(GOOD)
    await eventually(lambda: watched.state(OAK) is State.LIVE)
    assert watched.guilds[OAK].problems == ()
    assert watched.generation(OAK) == 1
