"""The host's settings of drand, the public beacon for draws: off, and quicknet's values for who turns it on."""

from datetime import timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from guildwright_crds.base import parse_duration

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
QUICKNET_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
QUICKNET_PERIOD, QUICKNET_GENESIS = 3, 1_692_803_367


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
        default=QUICKNET,
        description="The network: quicknet, unless the host runs another of the scheme bls-unchained-g1-rfc9380.",
    )
    drand_public_key: Annotated[str, Field(pattern="^[0-9a-f]{192}$")] = Field(
        default=QUICKNET_KEY,
        description="The network's public key, that every round is checked with.",
    )
    drand_period: int = Field(
        default=QUICKNET_PERIOD, ge=1, le=3600, description="Seconds between two rounds of the network."
    )
    drand_genesis: int = Field(
        default=QUICKNET_GENESIS, ge=0, le=9_999_999_999, description="When round 1 was made, in Unix seconds."
    )
    drand_fallback_after: Annotated[timedelta, BeforeValidator(duration)] = Field(
        default=timedelta(minutes=10),
        ge=timedelta(seconds=30),
        le=timedelta(hours=12),
        description='How long a draw waits for its round, such as "10m"; then it is drawn without, and says so.',
    )

    @model_validator(mode="after")
    def _is_one_network(self) -> Self:
        """Whoever checks a draw goes by the hash: with quicknet's, another network's key would pass for drand's."""
        own = (self.drand_public_key, self.drand_period, self.drand_genesis)
        if self.drand_chain_hash == QUICKNET and own != (QUICKNET_KEY, QUICKNET_PERIOD, QUICKNET_GENESIS):
            raise ValueError(
                "drand_chain_hash: it is quicknet's, but the public key, period or genesis is not; "
                "for quicknet leave all four out, for another network give its own chain hash too"
            )
        return self
