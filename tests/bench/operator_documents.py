"""Guild documents as communities write them, many and each different, but the same ones for the same seed.

Valid by construction: they are built from the models. The size is that of the document as it is applied, in JSON.
"""

import json
import random  # noqa: TID251 - a bench's luck is its own, and the same in every run
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from guildwright_crds.commands import CommandRule, Commands, Prefix
from guildwright_crds.general import General
from guildwright_crds.giveaways import Blacklist, Giveaways
from guildwright_crds.guild_config import API_VERSION, KIND, GuildConfigSpec

type Document = dict[str, Any]

TYPICAL_BYTES = 3000
_FIRST_GUILD = 1_101_000_000_000_000_000
_LOCALES = ("en-US", "en-GB", "de", "fr", "pt-BR", "ja", "tr")
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/Istanbul")
_COMMANDS = (
    "giveaway",
    "ticket",
    "level",
    "warn",
    "ban",
    "role",
    "poll",
    "stream",
    "triage",
    "welcome",
    "note",
    "purge",
)
_VERBS = ("start", "end", "list", "edit", "delete", "show", "reroll", "stats")


def guild_ids(count: int) -> list[str]:
    """The names of the documents."""
    return [str(_FIRST_GUILD + 1_000_003 * number) for number in range(count)]


def documents(count: int, seed: int = 0, size: int = TYPICAL_BYTES) -> Iterator[Document]:
    """So many documents of about `size` bytes: from two thirds to four thirds of it, evenly."""
    for guild_id in guild_ids(count):
        yield document(guild_id, random.Random(f"{seed} {guild_id}"), size)  # noqa: S311 - no secret


def document(guild_id: str, luck: random.Random, size: int) -> Document:
    """One guild's: the settings that most have, and command rules until it has its length."""
    wanted = luck.uniform(2 / 3, 4 / 3) * size
    names = luck.sample([f"{command} {verb}" for command in _COMMANDS for verb in _VERBS], 64)
    rules: list[CommandRule] = []
    made = _document(guild_id, _spec(luck))
    length = json_bytes(made)
    for name in names:
        rule = _rule(name, luck)
        length += len(rule.model_dump_json(exclude_unset=True)) + 1
        if length > wanted:
            break
        rules.append(rule)
    made["spec"]["commands"]["rules"] = [_plain(rule) for rule in rules]
    return made


def edited(found: Document, turn: int) -> Document:
    """The same document with one knob turned, each `turn` to another value, and to none that it had at first."""
    timeout = timedelta(minutes=turn % 10_007, seconds=11)
    giveaways = found["spec"]["giveaways"] | _plain(Giveaways(claim_timeout=timeout))
    return found | {"spec": found["spec"] | {"giveaways": giveaways}}


def json_bytes(found: Document) -> int:
    """How long it is in compact JSON."""
    return len(json.dumps(found, separators=(",", ":")))


def _spec(luck: random.Random) -> GuildConfigSpec:
    return GuildConfigSpec(
        general=General(
            locale=luck.choice(_LOCALES),
            time_zone=luck.choice(_ZONES),
            staff_roles=_ids(luck, luck.randint(1, 4)),
            audit_channel=_ids(luck, 1)[0],
        ),
        commands=Commands(mention=luck.random() < 0.5, prefix=Prefix(text=luck.choice("!?.$"))),
        giveaways=Giveaways(
            claim_timeout=timedelta(minutes=luck.randint(1, 600)),
            reroll_limit=luck.randint(0, 5),
            blacklist=Blacklist(roles=_ids(luck, luck.randint(0, 3)), members=_ids(luck, luck.randint(0, 8))),
            minimum_account_age=timedelta(days=luck.randint(0, 90)),
            default_channel=_ids(luck, 1)[0],
            manager_roles=_ids(luck, luck.randint(1, 3)),
            log_channel=_ids(luck, 1)[0],
        ),
    )


def _rule(name: str, luck: random.Random) -> CommandRule:
    return CommandRule(
        name=name,
        enabled=luck.random() < 0.8,
        allowed_roles=_ids(luck, luck.randint(1, 4)),
        allowed_channels=_ids(luck, luck.randint(0, 4)),
    )


def _ids(luck: random.Random, count: int) -> tuple[str, ...]:
    """Snowflakes of roles, channels and members, 18 or 19 digits as today's are."""
    return tuple(str(luck.randrange(4 * 10**17, 14 * 10**17)) for _ in range(count))


def _plain(model: Any) -> Document:
    found: Document = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return found


def _document(guild_id: str, spec: GuildConfigSpec) -> Document:
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": guild_id}, "spec": _plain(spec)}
