"""Records of draws that tests make, whole and in agreement with themselves."""

from typing import Any

import msgspec

from guildwright.platform.beacon import SCHEME, Chain, Pulse
from guildwright_bot.features.giveaways import draw, proof
from guildwright_bot.features.giveaways.proof import Commitment, PublicRound, Record, Round, Winner

MADE_AT = "2026-01-01T12:00:00Z"
SEED, TICKET_KEY = "5e" * 32, "7c" * 32
QUICKNET = Chain(
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    3,
    1_692_803_367,
)
ROUND_1000 = Pulse(
    1000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
# Half a second before round 1000 was made.
MESSAGE = str((QUICKNET.time_of(1000) * 1000 - 500 - 1_420_070_400_000) << 22)


def public(chain: Chain | None) -> dict[str, Any]:
    """What a commitment says of the beacon."""
    if chain is None:
        return {"source": "none"}
    return {
        "source": "drand",
        "scheme": SCHEME,
        "rule": "the first round after the message with the list's hash",
        "fallback": "commit-reveal",
        "fallback_after": 600,
        **{name: getattr(chain, name) for name in Chain.__dataclass_fields__},
    }


# With these bonuses a weight may be 1, 2, 3 or 5, and more.
BONUS = {"11": 1, "12": 2, "13": 4}
RULES: dict[str, Any] = {
    "minimum_account_age": 0,
    "minimum_membership": 86400,
    "blacklisted_roles": ["21"],
    "blacklisted_members": [],
}


def older(true: Record) -> Record:
    """The record as the first versions wrote it: neither rules nor time are hashed, who is left out is not counted."""
    commitments = []
    for made in true.commitments:
        said = {name: made.statement[name] for name in made.statement if name not in ("rules", "made_at", "late")}
        said["terms"] = {name: said["terms"][name] for name in ("prize", "winners")}
        commitments.append(msgspec.structs.replace(made, statement=said, hash=draw.commitment(said)))
    return msgspec.structs.replace(true, commitments=tuple(commitments), left_out=None)


def record(
    weights: list[int], winners: int = 2, *, chain: Chain | None = None, pulse: Pulse | None = None, **more: Any
) -> Record:
    """A draw of members 1, 2, 3 … with these weights."""
    said = draw.statement(
        guild_id=1464913923177185280,
        number=7,
        terms={"prize": "Oak chair", "winners": winners, "bonus": BONUS},
        rules=RULES,
        public_round=public(chain),
        seed=SEED,
        ticket_key=TICKET_KEY,
        made_at=MADE_AT,
        late=False,
    )
    members = {draw.ticket(TICKET_KEY, member): str(member) for member in range(1, len(weights) + 1)}
    listed = draw.lines(draw.Entry(ticket, weight) for ticket, weight in zip(members, weights, strict=True))
    hashed = draw.list_hash(listed)
    final = draw.final_seed(SEED, hashed, pulse.randomness if pulse else "")
    entries = draw.read_lines(listed)
    order = [entries[place].ticket for place in draw.order(final, entries)]
    first = tuple(Winner(ticket, members[ticket]) for ticket in order[:winners])
    made = Record(
        format=proof.FORMAT,
        algorithm=draw.ALGORITHM,
        about=("A record for tests.",),
        guild="1464913923177185280",
        channel="1573630282861379586",
        giveaway=7,
        late=False,
        commitments=(Commitment(MADE_AT, draw.commitment(said), dict(said)),),
        list_hash=hashed,
        list_message=MESSAGE,
        public_round=PublicRound(pulse.round, pulse.signature, pulse.randomness) if pulse else None,
        fallback="",
        seed=SEED,
        final=final,
        order_hash=draw.list_hash(order),
        rounds=(Round(winners, first, ()),),
        left_out={"new-here": 2},
        entries=tuple(listed),
    )
    return msgspec.structs.replace(made, **more)
