"""The host's settings of drand, the public beacon for draws: off, and quicknet's values for who turns it on."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from guildwright_crds.base import parse_duration


def duration(value: object) -> object:
    """A duration as people write it, for a `BeforeValidator`."""
    return parse_duration(value) if isinstance(value, str) else value


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _urls(urls: tuple[str, ...]) -> tuple[str, ...]:
    for url in urls:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(f"{url!r} is no URL that starts with https:// or http://")
    return urls


class DrandSettings(BaseSettings):
    """A part of `Settings`."""

    drand: bool = Field(
        default=False, description="Mix a public random number of drand, that nobody can foresee, into every draw."
    )
    drand_urls: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_urls)] = Field(
        default=("https://api.drand.sh", "https://api2.drand.sh", "https://drand.cloudflare.com"),
        min_length=1,
        max_length=10,
        description="Addresses of drand's HTTP API, asked one after the other.",
    )
    drand_chain_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] = Field(
        default="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
        description="The network: quicknet, unless the host runs another of the scheme bls-unchained-g1-rfc9380.",
    )
    drand_public_key: Annotated[str, Field(pattern="^[0-9a-f]{192}$")] = Field(
        default="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        description="The network's public key, that every round is checked with.",
    )
    drand_period: int = Field(default=3, ge=1, le=3600, description="Seconds between two rounds of the network.")
    drand_genesis: int = Field(
        default=1_692_803_367, ge=0, le=9_999_999_999, description="When round 1 was made, in Unix seconds."
    )
    drand_fallback_after: Annotated[timedelta, BeforeValidator(duration)] = Field(
        default=timedelta(minutes=10),
        ge=timedelta(seconds=30),
        le=timedelta(hours=12),
        description='How long a draw waits for its round, such as "10m"; then it is drawn without, and says so.',
    )
