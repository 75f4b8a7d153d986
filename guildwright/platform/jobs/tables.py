"""The row that is the truth of a job. Redis may forget; this table does not."""

from enum import StrEnum

from piccolo.columns import JSONB, BigInt, BigSerial, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

__all__ = ["Job", "JobState", "Outcome", "RecurringJob"]


class JobState(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"  # not due yet, or due and not yet on a stream
    SENT = "sent"  # its number is on a stream, and no worker has taken it
    RUNNING = "running"  # a worker holds the lease
    DONE = "done"
    DEAD = "dead"  # the dead letter: failed for good, kept with its error


class Outcome(StrEnum):
    """How a job ended; of one that has not, `NONE`."""

    NONE = ""
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"  # dead, and nobody can tell whether its effect is there: never run again by itself


class Job(Table, tablename="job"):
    """One thing to be done later, or once and not twice."""

    id = BigSerial(primary_key=True, index=False)
    kind = Varchar(length=64, help_text="which consumer runs it")
    dedupe_key = Varchar(length=200, help_text="a second job of the same kind and key is never added")
    guild_id = BigInt(null=True, default=None, index=True, index_method=IndexMethod.btree)
    payload = JSONB(default="{}")
    due = Timestamptz(help_text="when it was meant to happen; retries do not change it")
    next_at = Timestamptz(help_text="when the relay sends it next")
    state = Varchar(length=10, default=JobState.WAITING.value)
    attempt = Integer(default=0, help_text="how often it was taken and not excused")
    deaths = Integer(default=0, help_text="how often it was one of many whose worker died")
    fence = BigInt(default=0, help_text="grows with every taking; a worker with an older one is refused")
    leased_by = Varchar(length=100, default="")
    leased_until = Timestamptz(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    error = Text(default="", help_text="what went wrong last, with its traceback")
    trace = Varchar(length=32, default="", help_text="ties log lines of different processes together")
    created_at = Timestamptz(default=TimestamptzNow())
    finished_at = Timestamptz(null=True, default=None)
    outcome = Varchar(length=10, default="", help_text="how it ended: done, cancelled, failed or unknown")
    tried_at = Timestamptz(null=True, default=None, help_text="since when it may have had effects that nobody knows of")
    away_since = Timestamptz(null=True, default=None, help_text="since when it fails because something is away")


class RecurringJob(Table, tablename="recurring_job"):
    """What adds a job again and again, by a cron text."""

    id = BigSerial(primary_key=True, index=False)
    name = Varchar(length=100, help_text="unique in its guild")
    guild_id = BigInt(null=True, default=None)
    cron = Varchar(length=100)
    zone = Varchar(length=64, help_text="an IANA time zone, such as Europe/Berlin")
    kind = Varchar(length=64, help_text="which consumer runs it")
    payload = JSONB(default="{}")
    next_at = Timestamptz(help_text="the next occurrence of which no job was added yet")
    added_at = Timestamptz(null=True, default=None, help_text="the last occurrence of which a job was added")
