"""A host's mistake is named, with what is allowed, and a secret is never repeated."""

from datetime import timedelta
from pathlib import Path

import pytest

from guildwright.platform.settings import Settings, SettingsError, allowed, load_settings, misspelled, variable


@pytest.fixture(autouse=True)
def an_empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_with_nothing_set_every_setting_has_its_default() -> None:
    settings = load_settings()
    assert settings.discord_token is None
    assert settings.discord_api == "https://discord.com/api/v10"
    assert settings.data == Path(".guildwright")
    assert settings.guild_data_retention == timedelta(days=30)
    assert not settings.intents_message_content


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTIzNDU2Nzg5MDEyMzQ1Njc4.x.y")
    monkeypatch.setenv("REDIS_URL", "unix:///run/redis.sock?db=1")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:word@/guildwright?host=/run/pg")
    monkeypatch.setenv("GUILDWRIGHT_GUILD_DATA_RETENTION", "1d12h")
    monkeypatch.setenv("GUILDWRIGHT_INTENTS_MEMBERS", "true")
    settings = load_settings()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value().startswith("MTIz")
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "unix:///run/redis.sock?db=1"
    assert settings.guild_data_retention == timedelta(hours=36)
    assert settings.intents_members


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "")
    monkeypatch.setenv("GUILDWRIGHT_HEALTH_PORT", "")
    settings = load_settings()
    assert settings.discord_token is None
    assert settings.health_port == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GUILDWRIGHT_HEALTH_PORT", "http", ["'http'", "whole number from 0 to 65535"]),
        ("GUILDWRIGHT_HEALTH_PORT", "65536", ["'65536'", "0 to 65535"]),
        ("GUILDWRIGHT_LOG_FORMAT", "xml", ["'xml'", "console, json"]),
        ("GUILDWRIGHT_LOG_LEVEL", "loud", ["debug, info, warning, error"]),
        ("GUILDWRIGHT_INTENTS_MEMBERS", "perhaps", ["true or false"]),
        ("GUILDWRIGHT_GUILD_DATA_RETENTION", "a month", ["'a month'", '"30d"', "0s to 3650d"]),
        ("GUILDWRIGHT_GUILD_DATA_RETENTION", "9999d", ["'9999d'", "0s to 3650d"]),
        ("GUILDWRIGHT_DISCORD_API", "discord.com", ["https://"]),
        ("GUILDWRIGHT_LIMIT_GIVEAWAYS_ACTIVE", "-1", ["0 to 1000"]),
        ("GUILDWRIGHT_DRAND", "perhaps", ["true or false"]),
        ("GUILDWRIGHT_DRAND_URLS", "https://a.example,drand", ["'drand' is no URL", "with commas between"]),
        ("GUILDWRIGHT_DRAND_URLS", ",", ["at least 1"]),
        ("GUILDWRIGHT_DRAND_PERIOD", "0", ["1 to 3600"]),
        ("GUILDWRIGHT_DRAND_CHAIN_HASH", "quicknet", ["64 hexadecimal digits"]),
        ("GUILDWRIGHT_DRAND_PUBLIC_KEY", "83cf", ["192 hexadecimal digits"]),
        ("GUILDWRIGHT_DRAND_FALLBACK_AFTER", "1s", ["30s to 12h"]),
        ("GUILDWRIGHT_TIERS", "{", ["no valid JSON"]),
        ("GUILDWRIGHT_TIERS", '{"gold": {"guilds": ["12"], "limits": {}}}', ["gold.guilds"]),
        ("GUILDWRIGHT_TIERS", '{"gold": {"guilds": [], "limits": {"giveaways.prizes": 1}}}', ["giveaways.active"]),
        ("REDIS_URL", "http://localhost", ["redis:// or rediss:// or unix://"]),
        ("REDIS_URL", "redis://localhost:port", ["is no URL"]),
        ("DATABASE_URL", "mysql://localhost/x", ["postgres:// or postgresql://"]),
        ("DISCORD_TOKEN", "short", ["at least 20"]),
        ("DISCORD_TOKEN", "Bot MTIzNDU2Nzg5MDEyMzQ1Njc4.x.y", ["no 'Bot '"]),
    ],
)
def test_a_bad_value_names_the_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    text = str(refused.value)
    assert text.startswith(name)
    assert "\n" not in text
    for part in said:
        assert part in text


def test_every_bad_variable_has_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDWRIGHT_HEALTH_PORT", "x")
    monkeypatch.setenv("GUILDWRIGHT_LOG_LEVEL", "y")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(("name", "value"), [("PUBLIC_KEY", "ab" * 96), ("PERIOD", "30"), ("GENESIS", "1")])
def test_no_other_network_goes_by_the_hash_of_quicknet(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"GUILDWRIGHT_DRAND_{name}", value)
    with pytest.raises(
        SettingsError,
        match=r"GUILDWRIGHT_DRAND_CHAIN_HASH: it is quicknet.*for another network give its own chain hash too",
    ):
        load_settings()
    monkeypatch.setenv("GUILDWRIGHT_DRAND_CHAIN_HASH", "cd" * 32)
    load_settings()


def test_a_guild_in_two_tiers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tier = '{"guilds": ["123456789012345678"], "limits": {}}'
    monkeypatch.setenv("GUILDWRIGHT_TIERS", f'{{"gold": {tier}, "iron": {tier}}}')
    with pytest.raises(SettingsError, match=r"GUILDWRIGHT_TIERS: guild 123456789012345678 is in 'gold' and in 'iron'"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", "hush hush hush hush hush"),
        ("REDIS_URL", "http://:hush@x"),
        ("DATABASE_URL", "x://u:hush@h/d"),
    ],
)
def test_a_secret_is_repeated_neither_in_an_error_nor_in_a_printout(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "hush" not in str(refused.value)
    settings = Settings(discord_token="hush" * 6, redis_url="redis://:hush@x", database_url="postgres://u:hush@h/d")
    assert "hush" not in repr(settings) + str(settings.model_dump_json())


def test_every_setting_says_what_it_is_for_and_what_is_allowed() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
        assert allowed(name) != "text", name
        if field.annotation is int:
            assert "None" not in allowed(name), name


def test_a_variable_that_nothing_reads_is_reported_with_the_likely_name() -> None:
    environ = {"GUILDWRIGHT_GUILD": "x", "GUILDWRIGHT_TYPO": "", "GUILDWRIGHT_PLAYGROUND_PORT": "1", "PATH": ""}
    first, second = misspelled(environ)
    assert first == "GUILDWRIGHT_GUILD is read by nothing; did you mean GUILDWRIGHT_GUILDS?"
    assert second == "GUILDWRIGHT_TYPO is read by nothing."
