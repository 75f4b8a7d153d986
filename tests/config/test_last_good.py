"""What was last good is on disk before anybody obeys it, and its generation never repeats."""

import sqlite3
from pathlib import Path

import pytest

from guildwright.platform.config.last_good import FILE, Kept, LastGood
from guildwright_crds.guild_config import GuildConfigSpec
from tests.fakes.chance import FakeChance
from tests.fakes.documents import ELM, OAK


def spec(rerolls: int) -> GuildConfigSpec:
    return GuildConfigSpec.model_validate({"giveaways": {"rerollLimit": rerolls}})


@pytest.fixture
def last_good(tmp_path: Path) -> LastGood:
    return LastGood(tmp_path, FakeChance())


def keep(last_good: LastGood, config: GuildConfigSpec, version: str = "v", source: str = "oak.yaml") -> Kept:
    with last_good.change() as session:
        return session.keep(OAK, config, source, version)


def test_the_first_generation_is_1_and_only_another_content_raises_it(last_good: LastGood) -> None:
    assert keep(last_good, spec(1), "v1").generation == 1
    assert keep(last_good, spec(1), "v2: a comment").generation == 1
    assert keep(last_good, GuildConfigSpec(), "v3: the default, left out").generation == 1
    assert keep(last_good, spec(2), "v4").generation == 2
    assert keep(last_good, spec(1), "v5: as before").generation == 3


def test_it_is_there_for_the_next_process_word_for_word(last_good: LastGood, tmp_path: Path) -> None:
    config = GuildConfigSpec.model_validate(
        {
            "general": {"timeZone": "Europe/Berlin", "staffRoles": ["423456789012345678"]},
            "commands": {"prefix": {"text": "!"}, "rules": [{"name": "giveaway start", "enabled": False}]},
            "giveaways": {"claimTimeout": "1h30m", "blacklist": {"members": ["523456789012345678"]}},
        }
    )
    row = keep(last_good, config)
    assert LastGood(tmp_path, FakeChance()).all() == {OAK: row}
    found = LastGood(tmp_path, FakeChance()).all()[OAK].spec
    assert found is not None
    assert found.model_dump(exclude_unset=True) == config.model_dump(exclude_unset=True)


def test_a_document_that_comes_back_counts_on_under_its_uid(last_good: LastGood) -> None:
    first = keep(last_good, spec(4))
    with last_good.change() as session:
        session.forget(OAK)
    assert last_good.all()[OAK].spec is None
    back = keep(last_good, spec(4))
    assert (back.uid, back.generation) == (first.uid, 2)


def test_every_guild_has_a_uid_of_its_own(last_good: LastGood) -> None:
    with last_good.change() as session:
        assert session.keep(OAK, spec(1), "a", "v").uid != session.keep(ELM, spec(1), "b", "v").uid


def test_a_generation_that_was_published_is_outgrown_and_never_lowered(last_good: LastGood) -> None:
    keep(last_good, spec(1))
    with last_good.change() as session:
        higher = session.outgrow(OAK, 41)
        assert higher is not None
        assert higher.generation == 42
        again = session.outgrow(OAK, 7)
        assert again is not None
        assert again.generation == 42
        assert session.outgrow(ELM, 7) is None


def test_a_failed_change_leaves_nothing_behind(last_good: LastGood) -> None:
    keep(last_good, spec(1))

    def fail_midway() -> None:
        with last_good.change() as session:
            session.keep(OAK, spec(2), "a", "v")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    assert last_good.all()[OAK].generation == 1


@pytest.mark.parametrize(
    "rubbish", [b"not a database, whatever the name says" * 50, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_damaged_file_is_set_aside_and_the_guilds_start_under_new_uids(
    last_good: LastGood, tmp_path: Path, rubbish: bytes
) -> None:
    (tmp_path / FILE).write_bytes(rubbish)
    assert keep(last_good, spec(1)).generation == 1
    assert [path.read_bytes() for path in tmp_path.glob(f"{FILE}.broken-*")] == [rubbish]


def test_a_damaged_row_costs_the_config_but_not_the_count(last_good: LastGood, tmp_path: Path) -> None:
    keep(last_good, spec(1))
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("""UPDATE kept SET spec = '{"giveaways": 1}', generation = 9""")
    database.commit()
    database.close()
    assert last_good.all()[OAK].spec is None
    assert keep(last_good, spec(1)).generation == 10
