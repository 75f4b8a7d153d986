"""The jobs of a giveaway, added in the transaction that calls for them."""

from dataclasses import replace
from datetime import datetime

from guildwright.platform.jobs import outbox
from guildwright_bot.features.giveaways import domain, store
from guildwright_bot.features.giveaways.domain import Giveaway


async def add_job(verb: str, giveaway: Giveaway, *, due: datetime, key: str = "", round: int | None = None) -> None:  # noqa: A002  our word
    """Add the job `giveaways.<verb>`; the same verb, giveaway and key again is no second job."""
    payload: dict[str, object] = {"giveaway": giveaway.id}
    if round is not None:
        payload["round"] = round
    await outbox.add(
        f"giveaways.{verb}",
        guild_id=giveaway.guild_id,
        payload=payload,
        due=due,
        dedupe_key=f"{giveaway.id}:{key}".removesuffix(":"),
    )


async def refresh(giveaway: Giveaway, now: datetime) -> Giveaway:
    """See to it that the message is edited soon, once for all changes within the pause."""
    due = domain.refresh_after(giveaway, now)
    if due is None:
        return giveaway
    asked = replace(giveaway, refresh_due=due)
    await store.save(asked)
    await add_job("refresh", asked, due=due, key=f"{asked.edits}:{int(due.timestamp() * 1000)}")
    return asked
