"""The rows that giveaways live in."""

from piccolo.columns import BigInt, BigSerial, Boolean, Integer, Timestamptz, Varchar
from piccolo.table import Table


class GiveawayRow(Table, tablename="giveaway"):
    """One giveaway."""

    id = BigSerial(primary_key=True, index=False)
    guild_id = BigInt()
    number = Integer(help_text="its name among people; counts up per guild and is never used again")
    source_id = BigInt(help_text="the interaction or message that asked for it: one request starts one giveaway")
    channel_id = BigInt()
    host_id = BigInt()
    prize = Varchar(length=256)
    winners = Integer()
    required_role = BigInt(null=True, default=None)
    duration_seconds = BigInt()
    started_at = Timestamptz()
    ends_at = Timestamptz()
    state = Varchar(length=10)
    round = Integer()
    message_id = BigInt(null=True, default=None)
    edits = Integer()
    refreshed_at = Timestamptz(null=True, default=None)
    refresh_due = Timestamptz(null=True, default=None)


class EntryRow(Table, tablename="giveaway_entry"):
    """A member's place in a draw."""

    id = BigSerial(primary_key=True, index=False)
    giveaway_id = BigInt()
    member_id = BigInt()
    active = Boolean()
    barred = Varchar(length=64, help_text="why the draw passed this member over; empty: it did not")
    interaction_id = BigInt(help_text="the last click that was counted")


class ClaimRow(Table, tablename="giveaway_claim"):
    """A winner's right to a prize. A member wins a giveaway once at most."""

    id = BigSerial(primary_key=True, index=False)
    giveaway_id = BigInt()
    member_id = BigInt()
    round = Integer()
    state = Varchar(length=10)
    deadline = Timestamptz(null=True, default=None)
    message_id = BigInt(null=True, default=None)
