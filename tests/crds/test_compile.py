"""The compiled record: every default filled in, and readable by older and newer shards."""

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from guildwright_crds.check import check_text
from guildwright_crds.compile import FORMAT, CompiledConfig, compile_config, defaults
from guildwright_crds.giveaways import Giveaways
from guildwright_crds.guild_config import GuildConfigSpec
from tests.crds.documents import EXAMPLES

GUILD = "1101000000000000001"


def test_a_guild_without_a_document_runs_on_defaults() -> None:
    config = defaults(GUILD)

    assert (config.guild_id, config.uid, config.generation) == (GUILD, "", 0)
    assert config.giveaways.claim_timeout == timedelta(minutes=5)
    assert config.giveaways.reroll_limit == 1
    assert config.general.locale == "en-US"
    assert config.commands.prefix is None


def test_the_record_says_every_field_of_every_section() -> None:
    record = json.loads(defaults(GUILD).to_json())

    assert record == {
        "format": 1,
        "guild_id": GUILD,
        "uid": "",
        "generation": 0,
        "general": {"locale": "en-US", "timeZone": "UTC", "staffRoles": [], "auditChannel": None},
        "commands": {"mention": False, "prefix": None, "rules": []},
        "giveaways": {
            "claimTimeout": "5m",
            "rerollLimit": 1,
            "blacklist": {"roles": [], "members": []},
            "minimumAccountAge": "0s",
            "minimumMembership": "0s",
            "preview": False,
            "retention": "365d",
            "defaultChannel": None,
            "managerRoles": [],
            "logChannel": None,
        },
    }


def test_what_the_document_says_wins_and_the_rest_is_default() -> None:
    spec = GuildConfigSpec(giveaways=Giveaways(claim_timeout=timedelta(hours=2)))

    config = compile_config(GUILD, spec, "uid-1", 7)

    assert (config.uid, config.generation) == ("uid-1", 7)
    assert config.giveaways.claim_timeout == timedelta(hours=2)
    assert config.giveaways.reroll_limit == 1
    assert config.general == defaults(GUILD).general


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_record_is_read_back_as_it_was_written(path) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    checked = check_text(path.read_text(), path.name)
    assert checked.spec is not None
    assert checked.guild_id is not None
    config = compile_config(checked.guild_id, checked.spec, "uid-1", 7)

    assert CompiledConfig.from_json(config.to_json()) == config


def test_a_reader_ignores_what_a_newer_publisher_added_at_every_depth() -> None:
    record = json.loads(defaults(GUILD).to_json())
    record["tickets"] = {"x": 1}
    record["giveaways"]["colour"] = "red"
    record["giveaways"]["blacklist"]["channels"] = ["x"]
    record["commands"]["rules"] = [{"name": "giveaway", "cooldown": "5m"}]

    config = CompiledConfig.from_json(json.dumps(record))

    assert config.giveaways == defaults(GUILD).giveaways
    assert config.commands.rules[0].name == "giveaway"


def test_a_reader_fills_in_what_an_older_publisher_did_not_know() -> None:
    record = json.dumps({"format": 1, "guild_id": GUILD, "giveaways": {"rerollLimit": 3}})

    config = CompiledConfig.from_json(record)

    assert config.giveaways.reroll_limit == 3
    assert config.general == defaults(GUILD).general


@pytest.mark.parametrize(
    "record", [b"", b"null", b"[]", b"{}", b'{"guild_id": 5}', b"\xff", b'{"guild_id": "1", "format": 99}']
)
def test_what_is_no_record_is_a_value_error(record: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CompiledConfig.from_json(record)


def test_a_record_of_a_later_format_is_refused_with_both_numbers() -> None:
    record = json.dumps({"format": FORMAT + 1, "guild_id": GUILD})

    with pytest.raises(ValueError, match=f"format {FORMAT + 1}, this reader knows {FORMAT}"):
        CompiledConfig.from_json(record)


def test_an_authored_document_is_strict_where_a_record_is_not() -> None:
    with pytest.raises(ValidationError):
        GuildConfigSpec.model_validate({"giveaways": {"colour": "red"}}, by_name=False)


def test_a_spec_stays_sparse() -> None:
    """What is stored says only what was decided."""
    spec = GuildConfigSpec.model_validate({"giveaways": {"rerollLimit": 1}}, by_name=False)

    assert spec.model_dump(mode="json", exclude_unset=True) == {"giveaways": {"rerollLimit": 1}}
