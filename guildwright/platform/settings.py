"""Every host setting in one documented model: what an environment variable may say, and what it means."""

import difflib
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from guildwright.platform.settings_drand import DrandSettings, duration
from guildwright_crds.base import render_duration

PREFIX = "GUILDWRIGHT_"
# Read elsewhere on purpose: the playground shares nothing with what it tests, and the specification is for tests.
_READ_ELSEWHERE = ("GUILDWRIGHT_PLAYGROUND_", "GUILDWRIGHT_DISCORD_SPEC", "GUILDWRIGHT_TEST_")

LimitName = Literal["giveaways.active", "giveaways.winners", "giveaways.entries"]
_LONGEST = 80
_WORDS = {
    "token": "a bot token of 20 to 200 characters",
    "database_url": "postgresql://…",
    "redis_url": "redis://…, rediss://… or unix://…",
    "api": "https://… or http://…",
    "urls": "https://… or http://…, with commas between",
    "chain_hash": "64 hexadecimal digits",
    "public_key": "192 hexadecimal digits",
    "host": "an address to listen on",
    "file": "a path",
    "data": "a path",
    "guilds": "a path",
    "namespace": "lower-case letters, digits and '-'",
}


class SettingsError(Exception):
    """The host's settings cannot be used; the text has one line for each variable to mend."""


def _url(*schemes: str) -> BeforeValidator:
    allowed = " or ".join(f"{scheme}://" for scheme in schemes)

    def check(value: object) -> object:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str):
            return value
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError as broken:
            raise ValueError(f"is no URL ({broken}); it starts with {allowed}") from None
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(f"must be a URL that starts with {allowed}")
        return value

    return BeforeValidator(check)


def _token(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str) and re.search(r"\s", text):
        raise ValueError("must be the bare token from the developer portal: no spaces and no 'Bot ' before it")
    return value


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError('write guild ids with commas between them: "123456789012345678,234567890123456789"')
    return tuple(int(part) for part in parts)


class Tier(BaseModel):
    """A group of guilds that the host grants other limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    guilds: frozenset[Annotated[str, Field(pattern=r"^[1-9][0-9]{4,19}$")]] = Field(
        description="The guilds of this tier, as snowflakes in quotes."
    )
    limits: dict[LimitName, Annotated[int, Field(ge=0, le=10_000_000)]] = Field(
        description="Limit name to the most a guild of this tier may have; others keep the host's default."
    )


class Settings(DrandSettings):
    """Host settings, from the environment. Every process of an install reads the same ones."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    discord_token: Annotated[SecretStr | None, BeforeValidator(_token)] = Field(
        default=None,
        validation_alias="DISCORD_TOKEN",
        min_length=20,
        max_length=200,
        description="The bot's token. Without it `guildwright up` runs against the playground.",
    )
    database_url: Annotated[SecretStr | None, _url("postgres", "postgresql")] = Field(
        default=None,
        validation_alias="DATABASE_URL",
        max_length=2000,
        description="PostgreSQL to use. Without it `guildwright up` starts its own.",
    )
    redis_url: Annotated[SecretStr | None, _url("redis", "rediss", "unix")] = Field(
        default=None,
        validation_alias="REDIS_URL",
        max_length=2000,
        description="Redis to use. Without it `guildwright up` starts its own.",
    )
    discord_api: Annotated[str, _url("https", "http")] = Field(
        default="https://discord.com/api/v10",
        max_length=2000,
        description="Base URL of Discord's REST API; the playground's when there is no token.",
    )
    data: Path = Field(
        default=Path(".guildwright"), description="Folder for what this install keeps: last good configs, databases."
    )
    guilds: Path = Field(default=Path("guilds"), description="Folder of GuildConfig files, one document each.")
    store: Literal["directory", "kubernetes"] = Field(
        default="directory",
        description="Where the guild documents are: files in GUILDWRIGHT_GUILDS, or resources of a cluster.",
    )
    namespace: Annotated[str, Field(pattern="^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")] | None = Field(
        default=None,
        description="Namespace of the GuildConfig resources. Without it the pod's own, else the kubeconfig's.",
    )
    guild_data_retention: Annotated[timedelta, BeforeValidator(duration)] = Field(
        default=timedelta(days=30),
        ge=timedelta(0),
        le=timedelta(days=3650),
        description='How long a guild\'s data is kept after the bot left it, such as "30d".',
    )
    health_host: str = Field(
        default="127.0.0.1", min_length=1, max_length=253, description="Address that health and metrics listen on."
    )
    health_port: int = Field(
        default=0, ge=0, le=65535, description="Port of health and metrics; 0 lets the system choose one."
    )
    health_file: Path | None = Field(
        default=None, description='File where a process writes its bound health port: JSON {"host", "port", "pid"}.'
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="console for people, json for collectors."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important line that is still logged."
    )
    intents_message_content: bool = Field(
        default=False, description="Ask Discord for message content; switch it on in the developer portal too."
    )
    intents_members: bool = Field(
        default=False, description="Ask Discord for member events; switch it on in the developer portal too."
    )
    intents_presences: bool = Field(
        default=False, description="Ask Discord for presences; switch it on in the developer portal too."
    )
    declare_guilds: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_ids)] = Field(
        default=(),
        max_length=20,
        description="Guilds to declare commands in, at once visible, for development; empty declares them everywhere.",
    )
    limit_giveaways_active: int = Field(
        default=100, ge=0, le=100_000, description="Giveaways that may run in a guild at the same time."
    )
    limit_giveaways_winners: int = Field(
        default=50, ge=1, le=100, description="Winners that one giveaway may have; more than 50 are never possible."
    )
    limit_giveaways_entries: int = Field(
        default=1_000_000, ge=1, le=10_000_000, description="Members that may enter one giveaway."
    )
    tiers: dict[Annotated[str, Field(min_length=1, max_length=40)], Tier] = Field(
        default={},
        max_length=50,
        description='Other limits for some guilds: {"gold": {"guilds": ["ID"], "limits": {"giveaways.active": 99}}}.',
    )

    @model_validator(mode="after")
    def _one_tier_per_guild(self) -> Self:
        seen: dict[str, str] = {}
        for name, tier in self.tiers.items():
            for guild in tier.guilds:
                if guild in seen:
                    raise ValueError(
                        f"tiers: guild {guild} is in {seen[guild]!r} and in {name!r}; name it in one of them"
                    )
                seen[guild] = name
        return self


def variable(name: str) -> str:
    """The environment variable behind a field of `Settings`."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else PREFIX + name.upper()


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: with one line for each variable that cannot be used. Secrets are never repeated.
    """
    try:
        return Settings()
    except ValidationError as bad:
        lines = [_explain(error) for error in bad.errors(include_url=False)]
    except SourceError as bad:
        lines = [_explain_source(bad)]
    raise SettingsError("\n".join(lines)) from None


def misspelled(environ: Mapping[str, str] = os.environ) -> list[str]:
    """One sentence for each GUILDWRIGHT_* variable that nothing reads, with the likely name."""
    known = [variable(name) for name in Settings.model_fields]
    strangers = sorted(
        name
        for name in environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(_READ_ELSEWHERE)
    )
    # Without what all of them begin with, which would make everything look alike.
    names = [name.removeprefix(PREFIX) for name in known if name.startswith(PREFIX)]
    sentences = []
    for name in strangers:
        near = difflib.get_close_matches(name.removeprefix(PREFIX), names, n=1, cutoff=0.7)
        sentences.append(f"{name} is read by nothing" + (f"; did you mean {PREFIX}{near[0]}?" if near else "."))
    return sentences


def _explain(error: ErrorDetails) -> str:
    if not error["loc"]:
        return PREFIX + _plain(error["msg"]).upper().split(":", 1)[0] + ":" + _plain(error["msg"]).split(":", 1)[-1]
    name, where = _field(error["loc"])
    field = Settings.model_fields[name]
    value = error["input"] if where else os.environ.get(variable(name), error["input"])
    said = "" if _secret(field) else f" = {_short(value)}"
    inside = f" at {'.'.join(where)}" if where else ""
    return f"{variable(name)}{said}{inside}: {_plain(error['msg'])}. Allowed: {allowed(name)}. {field.description}"


def allowed(name: str) -> str:
    """What a field of `Settings` may say, for messages and documentation."""
    field = Settings.model_fields[name]
    kind = field.annotation
    if get_origin(kind) is Literal:
        return ", ".join(get_args(kind))
    low, high = (next((getattr(m, key) for m in field.metadata if hasattr(m, key)), None) for key in ("ge", "le"))
    if kind is bool:
        return "true or false"
    if kind is int:
        return f"a whole number from {low} to {high}"
    if kind is timedelta and isinstance(low, timedelta) and isinstance(high, timedelta):
        return f"a duration from {render_duration(low)} to {render_duration(high)}"
    if name == "tiers":
        return "JSON"
    return next((text for key, text in _WORDS.items() if name.endswith(key)), "text")


def _explain_source(bad: SourceError) -> str:
    found = re.search(r'field "(\w+)"', str(bad))
    name = found.group(1) if found else "tiers"
    return f"{variable(name)}: is no valid JSON. {Settings.model_fields[name].description}"


def _field(loc: tuple[int | str, ...]) -> tuple[str, list[str]]:
    head = str(loc[0])
    for name in Settings.model_fields:
        if head in (name, variable(name)):
            return name, [str(part) for part in loc[1:]]
    raise LookupError(head)


def _secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
