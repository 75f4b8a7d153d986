"""Rows ↔ domain, in the caller's transaction."""

import json
from collections.abc import Collection
from importlib import import_module
from typing import Any

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs import outbox
from guildwright_bot.core.domain import Membership
from guildwright_bot.core.tables import DeclarationRow, MembershipRow
from guildwright_bot.features import FEATURES


async def membership(guild_id: int) -> Membership | None:
    """What is known of the bot in a guild; nobody else changes it before this transaction ends."""
    rows = await MembershipRow.select().where(MembershipRow.guild_id == guild_id).lock_rows("UPDATE")
    return _membership(rows[0]) if rows else None


async def memberships_of_shard(shard: int, count: int) -> list[Membership]:
    """Those of the guilds whose events come to one shard."""
    rows = await fetch(
        "SELECT guild_id, joined_at, left_at FROM guild_membership WHERE (guild_id >> 22) % $2 = $1", shard, count
    )
    return [_membership(row) for row in rows]


async def put_membership(membership: Membership) -> None:
    """Keep what is known."""
    await fetch(
        "INSERT INTO guild_membership (guild_id, joined_at, left_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (guild_id) DO UPDATE SET joined_at = excluded.joined_at, left_at = excluded.left_at",
        membership.guild_id,
        membership.joined_at,
        membership.left_at,
    )


async def erase(guild_id: int) -> dict[str, int]:
    """Forget everything about a guild; how many things each feature forgot."""
    erased = {}
    for feature in FEATURES:
        erased[feature] = await import_module(f"guildwright_bot.features.{feature}.store").erase(guild_id)
    erased["jobs"] = await outbox.erase_guild(guild_id)
    await MembershipRow.delete().where(MembershipRow.guild_id == guild_id)
    return erased


async def declared(scope: str) -> tuple[str, dict[str, str]]:
    """The digest that was last declared, and the versions that Discord gave to the commands."""
    row = await DeclarationRow.select().where(DeclarationRow.scope == scope).first()
    return (row["digest"], json.loads(row["registered"])) if row else ("", {})


async def forgotten_scopes(application: int, scopes: Collection[str]) -> list[str]:
    """Where commands of the application were declared that are declared elsewhere now."""
    rows = await DeclarationRow.select(DeclarationRow.scope).where(DeclarationRow.scope.like(f"{application}:%"))
    return sorted({row["scope"] for row in rows} - set(scopes))


async def drop_declared(scope: str) -> None:
    """Nothing is declared there any more."""
    await DeclarationRow.delete().where(DeclarationRow.scope == scope)


async def put_declared(scope: str, digest: str, registered: dict[str, str]) -> None:
    """Keep what was declared."""
    await fetch(
        "INSERT INTO command_declaration (scope, digest, registered) VALUES ($1, $2, $3::jsonb) "
        "ON CONFLICT (scope) DO UPDATE SET digest = excluded.digest, registered = excluded.registered",
        scope,
        digest,
        json.dumps(registered),
    )


def _membership(row: dict[str, Any]) -> Membership:
    return Membership(row["guild_id"], row["joined_at"], row["left_at"])
