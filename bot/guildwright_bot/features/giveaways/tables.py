"""The rows that giveaways live in."""

from piccolo.columns import JSONB, Array, BigInt, BigSerial, Boolean, Bytea, Integer, Timestamptz, Varchar
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
    barred = Varchar(length=64, help_text="written by the first version; now the record says who was passed over")
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
    given_on = Integer(help_text="how often this prize went to the next before")


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


class DrawRow(Table, tablename="giveaway_draw"):
    """A giveaway's draw: the secrets, what was committed to, the frozen list and the order."""

    id = BigSerial(primary_key=True, index=False)
    giveaway_id = BigInt()
    seed = Varchar(length=64, help_text="hexadecimal; secret until the draw")
    ticket_key = Varchar(length=64, help_text="hexadecimal; makes pseudonyms of members, secret for ever")
    commitments = JSONB(default="[]", help_text="what was fixed before and after each edit, with its hash")
    late = Boolean(help_text="made when members could enter already: the giveaway is older than this table")
    entries = Integer(help_text="in the frozen list")
    tickets = BigInt(help_text="their weights together")
    list_hash = Varchar(length=64, help_text="empty: not frozen yet")
    listing = Bytea(null=True, default=None, help_text="the frozen list, as it is published")
    left_out = JSONB(null=True, default=None, help_text="how many entries are not in it, by reason; null: not counted")
    members = Bytea(null=True, default=None, help_text="whose line it is, 8 bytes each; until the order is drawn")
    message_id = BigInt(null=True, default=None, help_text="the message that shows the list's hash")
    posted_at = Timestamptz(null=True, default=None)
    beacon_round = BigInt(null=True, default=None)
    signature = Varchar(length=96, help_text="of the beacon's round")
    fallback = Varchar(length=200, help_text="why there is no round although one was committed to")
    final = Varchar(length=64, help_text="the final seed; empty: not drawn yet")
    order_hash = Varchar(length=64)
    ranking = Bytea(null=True, default=None, help_text="members in the order of the draw, 8 bytes each")
    rounds = JSONB(default="[]", help_text="who was taken from the order and passed over, draw by draw")
