"""Public randomness that nobody can foresee or choose: rounds of a drand network, checked by their signature.

Whoever answers is not believed: a round counts only with the network's own BLS signature. Rounds have fixed times, so
everybody can name the first one after any moment, before it exists.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog

from guildwright.platform.settings_drand import QUICKNET, QUICKNET_GENESIS, QUICKNET_KEY, QUICKNET_PERIOD

if TYPE_CHECKING:
    from guildwright.platform.clock import Clock
    from guildwright.platform.settings import Settings

SCHEME = "bls-unchained-g1-rfc9380"
_DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_SIGNATURE_BYTES, _KEY_BYTES = 48, 96
_LARGEST_ROUND = 2**64 - 1
_TIMEOUT = aiohttp.ClientTimeout(total=3.0)
_LONGEST_ANSWER = 10_000
_PAUSE_SECONDS = 0.4

_log = structlog.get_logger("guildwright.beacon")


class BeaconAway(Exception):  # noqa: N818  a state, not a fault
    """No address gave the round; the text says what each of them said."""


@dataclass(frozen=True)
class Chain:
    """A drand network. Times in seconds; `genesis` is the Unix time of round 1; the rest hexadecimal."""

    chain_hash: str
    public_key: str
    period: int
    genesis: int

    def time_of(self, number: int) -> int:
        """When a round is made, in Unix seconds."""
        return self.genesis + (number - 1) * self.period

    def round_after(self, milliseconds: int) -> int:
        """The first round that is made strictly after a moment (Unix milliseconds)."""
        return max(1, (milliseconds - self.genesis * 1000) // (self.period * 1000) + 2)


QUICKNET_CHAIN = Chain(QUICKNET, QUICKNET_KEY, QUICKNET_PERIOD, QUICKNET_GENESIS)


@dataclass(frozen=True)
class Pulse:
    """One round with the signature that is its proof, hexadecimal."""

    round: int
    signature: str

    @property
    def randomness(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(bytes.fromhex(self.signature)).hexdigest()


def chain_of(settings: "Settings") -> Chain:
    """The network that the host's settings name."""
    return Chain(settings.drand_chain_hash, settings.drand_public_key, settings.drand_period, settings.drand_genesis)


def is_signed(chain: Chain, pulse: Pulse) -> bool:
    """Whether the network signed this round. Takes a quarter of a second of processor time: call it in a thread."""
    # Half a second to import, and only some processes ever need it.
    from py_ecc.bls.g2_primitives import pubkey_to_G1, signature_to_G2, subgroup_check  # noqa: PLC0415
    from py_ecc.bls.hash_to_curve import hash_to_G1  # noqa: PLC0415
    from py_ecc.optimized_bls12_381 import FQ12, G2, final_exponentiate, is_inf, neg, pairing  # noqa: PLC0415

    if not 1 <= pulse.round <= _LARGEST_ROUND:
        return False
    try:
        # The library names its conversions by Ethereum's use, where keys are the points of G1; here signatures are.
        signature: Any = pubkey_to_G1(_bytes(pulse.signature, _SIGNATURE_BYTES))
        public_key: Any = signature_to_G2(_bytes(chain.public_key, _KEY_BYTES))
    except ValueError:
        return False
    if any(is_inf(point) or not subgroup_check(point) for point in (signature, public_key)):
        return False
    digest = hashlib.sha256(pulse.round.to_bytes(8, "big")).digest()
    hash_function: Any = hashlib.sha256  # its type is wrong in the library
    hashed = hash_to_G1(digest, _DOMAIN, hash_function)
    product = pairing(public_key, hashed, final_exponentiate=False) * pairing(
        G2, neg(signature), final_exponentiate=False
    )
    return bool(final_exponentiate(product) == FQ12.one())


def _bytes(text: str, length: int) -> Any:  # noqa: ANN401  py_ecc has a type for each use of the same bytes
    given = bytes.fromhex(text)
    if len(given) != length:
        raise ValueError(f"{len(given)} bytes, not {length}")
    return given


class _Answer(msgspec.Struct):
    round: int
    signature: str


class Beacon:
    """Asks the host's drand addresses, one after the other."""

    def __init__(self, urls: Sequence[str], clock: "Clock") -> None:
        self._urls = urls
        self._clock = clock

    async def wait_for(self, chain: Chain, number: int, patience: float) -> Pulse:
        """A round, which may be made only in a moment.

        Args:
            chain: Of which network.
            number: The round.
            patience: Seconds to go on asking.

        Raises:
            BeaconAway: nobody gave it, or nobody gave it with a good signature.
        """
        until = self._clock.monotonic() + patience
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                said = []
                for place, url in enumerate(self._urls, start=1):
                    answer = await self._ask(session, url, chain, number)
                    if isinstance(answer, Pulse):
                        return answer
                    said.append(f"address {place}: {answer}")
                if self._clock.monotonic() >= until:
                    raise BeaconAway(f"round {number} of drand is not to be had ({'; '.join(said)})")
                await self._clock.sleep(_PAUSE_SECONDS)

    async def _ask(self, session: aiohttp.ClientSession, url: str, chain: Chain, number: int) -> Pulse | str:
        """The round, or why there is none: for everybody to read, so without the address, which may hold a password."""
        try:
            async with session.get(f"{url.rstrip('/')}/{chain.chain_hash}/public/{number}") as response:
                body = await response.content.read(_LONGEST_ANSWER)
        except (aiohttp.ClientError, OSError, TimeoutError) as trouble:
            return type(trouble).__name__
        if response.status != HTTPStatus.OK:
            return f"status {response.status}"
        try:
            answer = msgspec.json.decode(body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            return f"no round but {wrong}"
        pulse = Pulse(answer.round, answer.signature)
        if pulse.round != number or not await asyncio.to_thread(is_signed, chain, pulse):
            _log.warning("a round of drand has no good signature", host=urlsplit(url).hostname, round=number)
            return "a round without a good signature"
        return pulse
