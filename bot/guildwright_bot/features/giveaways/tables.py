"""The rows that giveaways live in."""

from piccolo.columns import JSONB, Array, BigInt, BigSerial, Boolean, Integer, Timestamptz, Varchar
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
    required_role = BigInt(null=True, default=None, help_text="read of giveaways older than `conditions`")
    duration_seconds = BigInt()
    conditions = JSONB(default="{}", help_text="the rest of the terms, as `terms.to_json` writes them")
    started_at = Timestamptz()
    ends_at = Timestamptz()
    state = Varchar(length=10)
    round = Integer()
    message_id = BigInt(null=True, default=None)
    edits = Integer()
    refreshed_at = Timestamptz(null=True, default=None)
    refresh_due = Timestamptz(null=True, default=None)
    entries = Integer(help_text="active entries, counted here: a click must not count 500,000 rows")


class EntryRow(Table, tablename="giveaway_entry"):
    """A member's place in a draw, and what was known of them at their last click."""

    id = BigSerial(primary_key=True, index=False)
    giveaway_id = BigInt()
    member_id = BigInt()
    active = Boolean()
    barred = Varchar(length=64, help_text="why the draw passed this member over; empty: it did not")
    interaction_id = BigInt(help_text="the last click that was counted")
    role_ids = Array(base_column=BigInt(), default=list)
    joined_at = Timestamptz(null=True, default=None, help_text="when they joined the guild")
    level = Integer(null=True, default=None, help_text="null: levels were not on")


class ClaimRow(Table, tablename="giveaway_claim"):
    """A winner's right to a prize. A member wins a giveaway once at most."""

    id = BigSerial(primary_key=True, index=False)
    giveaway_id = BigInt()
    member_id = BigInt()
    round = Integer()
    state = Varchar(length=10)
    deadline = Timestamptz(null=True, default=None)
    message_id = BigInt(null=True, default=None)


class RecordRow(Table, tablename="giveaway_record"):
    """Who did what to a giveaway when. Rows are only added."""

    id = BigSerial(primary_key=True, index=False)
    giveaway_id = BigInt()
    at = Timestamptz()
    kind = Varchar(length=24)
    actor_id = BigInt(null=True, default=None, help_text="null: the bot itself, at a due time")
    details = JSONB(default="{}")


class CounterRow(Table, tablename="giveaway_counter"):
    """The last number that a guild used: numbers outlive the giveaways that had them."""

    guild_id = BigInt(primary_key=True, index=False)
    last_number = Integer()


class DraftRow(Table, tablename="giveaway_draft"):
    """A giveaway that its host looks at before it is posted."""

    id = BigSerial(primary_key=True, index=False)
    source_id = BigInt(help_text="the interaction or message that asked for it")
    guild_id = BigInt()
    channel_id = BigInt()
    member_id = BigInt()
    terms = JSONB(default="{}")
    wait_seconds = BigInt(help_text="between Post and the start")
    expires_at = Timestamptz()
