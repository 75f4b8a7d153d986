"""A host sees at a glance which guild has which file, what became of it, and how to mend it."""

import json
from pathlib import Path

import pytest

from guildwright.guilds import ask
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.guilds import guilds_list
from guildwright.platform.config.keys import SHARDS
from guildwright.platform.settings import Settings
from tests.config.support import Publishing, complete
from tests.fakes.documents import ASH, ELM, OAK, document
from tests.fakes.redis_server import RedisServer

GONE = "423456789012345678"


def listing(capsys: pytest.CaptureFixture[str], settings: Settings, *, as_json: bool = False) -> str:
    capsys.readouterr()
    assert ask.with_store(settings, lambda at: guilds_list(at, settings, as_json=as_json)) == ask.DONE
    return capsys.readouterr().out


@pytest.fixture
def settings(guilds: Path, tmp_path: Path) -> Settings:
    return Settings(guilds=guilds, data=tmp_path, redis_url=None)


async def fill(guilds: Path, tmp_path: Path) -> None:
    store = DirectoryStore(guilds, tmp_path / "config")
    for guild_id in (OAK, ELM):
        await store.write(guild_id, {"giveaways": {"rerollLimit": 2}}, "")
    (guilds / f"{ELM}.yaml").write_text(document(ELM).replace("{}", "giveawys: {}"))
    (guilds / "ash.yaml").write_text(document(ASH, rerolls=99))
    (guilds / "new.yaml").write_text(document(GONE, rerolls=3))
    (guilds / "junk.yaml").write_text("\t{")


@pytest.fixture
async def filled(guilds: Path, tmp_path: Path) -> None:
    await fill(guilds, tmp_path)


@pytest.mark.usefixtures("filled")
def test_without_redis_it_says_what_the_files_say(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    out = listing(capsys, settings)
    lines = {line.split()[0]: line for line in out.splitlines() if line and not line.startswith(" ")}
    assert "live" in lines[OAK]
    assert f"{OAK}.yaml" in lines[OAK]
    assert "last good kept" in lines[ELM]
    assert "refused" in lines[ASH]
    assert "not taken up yet" in lines[GONE]
    assert f"{settings.guilds}/{ELM}.yaml:6:3: spec.giveawys: " in out
    assert "giveaways" in out
    assert "whose they are:\n  junk.yaml" in out
    assert "REDIS_URL is not set" in out


@pytest.mark.usefixtures("filled")
def test_the_same_for_programs(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    said = json.loads(listing(capsys, settings, as_json=True))
    states = {guild["guild_id"]: guild["state"] for guild in said["guilds"]}
    assert states == {OAK: "live", ELM: "last good kept", ASH: "refused", GONE: "not taken up yet"}
    problem = next(guild for guild in said["guilds"] if guild["guild_id"] == ELM)["problems"][0]
    assert (problem["line"], problem["column"], problem["field"]) == (6, 3, "spec.giveawys")
    assert said["documents_of_no_guild"][0]["source"] == "junk.yaml"


def test_an_empty_or_missing_directory_is_no_mistake(
    capsys: pytest.CaptureFixture[str], guilds: Path, settings: Settings
) -> None:
    assert "every guild runs on defaults" in listing(capsys, settings)
    guilds.rmdir()
    out = listing(capsys, settings)
    assert "every guild runs on defaults" in out
    assert not guilds.exists()


@pytest.mark.integration
async def test_with_redis_it_says_what_is_published_and_where_the_bot_is(
    capsys: pytest.CaptureFixture[str],
    guilds: Path,
    tmp_path: Path,
    settings: Settings,
    server: RedisServer,
) -> None:
    await fill(guilds, tmp_path)
    publishing = Publishing(server, guilds, tmp_path / "config")
    publishing.start()
    async with server.client() as redis:
        await complete(redis)
        await redis.hset(SHARDS, "0", json.dumps({"guilds": [OAK, "999999999999999999"]}))
    await publishing.stop()
    (guilds / "new.yaml").unlink()
    with_redis = settings.model_copy(update={"redis_url": Settings(redis_url=server.url).redis_url})
    said = json.loads(await in_thread(capsys, with_redis))
    rows = {guild["guild_id"]: guild for guild in said["guilds"]}
    assert said["published"] == "ok"
    assert (rows[OAK]["published"], rows[OAK]["bot"]) == ("yes", True)
    assert (rows[ELM]["published"], rows[ELM]["bot"]) == ("yes", False)
    assert rows[ASH]["published"] == "-"
    assert (rows[GONE]["state"], rows[GONE]["published"]) == ("defaults", "generation 1")
    assert (rows["999999999999999999"]["state"], rows["999999999999999999"]["bot"]) == ("defaults", True)
    server.kill()
    assert "does not answer" in json.loads(await in_thread(capsys, with_redis))["published"]


async def in_thread(capsys: pytest.CaptureFixture[str], settings: Settings) -> str:
    """The command starts an event loop of its own."""
    import asyncio  # noqa: PLC0415

    return await asyncio.to_thread(lambda: listing(capsys, settings, as_json=True))
