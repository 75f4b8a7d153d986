"""What a status says became of a document: Kubernetes' conditions, and the one list of the reasons each may give.

The form is what kstatus reads, and with it Flux, Argo CD and `kubectl wait`: an `observedGeneration` behind the
document's, or `Reconciling` True, is progress; `Stalled` True is a failure that only a person can mend; else `Ready`
decides. `Reconciling` and `Stalled` are there only while they are True, as kstatus advises.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt, StrictStr

from guildwright_crds.base import WHOLE, ConditionStatus, ConfigModel

MAX_REASON = 64
MAX_MESSAGE = 1024
"""Longer texts are cut by whoever writes them: the API server refuses a status, not its end."""


class ConditionType(StrEnum):
    """What a condition is about."""

    ACCEPTED = "Accepted"
    """The document keeps every rule, also those that the API server cannot know."""
    PUBLISHED = "Published"
    """This generation is in Redis, where shards find it."""
    READY = "Ready"
    """Accepted and Published."""
    RECONCILING = "Reconciling"
    """There only while True: the operator is at it, and nobody need do anything."""
    STALLED = "Stalled"
    """There only while True: nothing changes until a person changes the document."""
    LIVE = "Live"
    """Informational: what the guild's shard last reported to obey. Nothing should wait for it."""


class AcceptedReason(StrEnum):
    """Why Accepted is what it is."""

    VALID = "Valid"
    """True: the document keeps every rule."""
    INVALID = "Invalid"
    """False: the message and `lastError` name the field and how to mend it. What was published before stays."""


class PublishedReason(StrEnum):
    """Why Published is what it is."""

    PUBLISHED = "Published"
    """True: `publishedGeneration` is this generation."""
    PENDING = "Pending"
    """False: not written yet; the operator has only just seen it."""
    REDIS_AWAY = "RedisAway"
    """False: Redis did not take it; it is tried again until it does. Shards keep what they have in memory."""
    INVALID = "Invalid"
    """False: a document that is not accepted is not published. What was published before stays."""


class ReadyReason(StrEnum):
    """Why Ready is what it is: the reason of whichever of Accepted and Published keeps it from being True."""

    PUBLISHED = "Published"
    """True: accepted and published."""
    PENDING = "Pending"
    """False, as of Published."""
    REDIS_AWAY = "RedisAway"
    """False, as of Published."""
    INVALID = "Invalid"
    """False, as of Accepted."""


class ReconcilingReason(StrEnum):
    """Why the operator is still at it."""

    PENDING = "Pending"
    """True: a new generation waits for its turn."""
    REDIS_AWAY = "RedisAway"
    """True: Redis is tried again."""


class StalledReason(StrEnum):
    """Why nothing changes by itself."""

    INVALID = "Invalid"
    """True: the document has to be changed."""


class LiveReason(StrEnum):
    """Why Live is what it is."""

    IN_MEMORY = "InMemory"
    """True: the guild's shard last reported this generation. It stays so while shards are gone."""
    BEHIND = "Behind"
    """False: the guild's shard last reported another one."""
    NOT_IN_GUILD = "NotInGuild"
    """Unknown: no shard has reported the guild; the bot is not in it, or has not connected yet."""


class EventReason(StrEnum):
    """The reasons of the Events that a change leaves on its document."""

    ACCEPTED = "Accepted"
    """Normal: a document that was refused keeps every rule again. Told only then."""
    REJECTED = "Rejected"
    """Warning: a new generation breaks one; the note says which."""
    PUBLISHED = "Published"
    """Normal: a new generation is in Redis."""
    NOT_PUBLISHED = "NotPublished"
    """Warning: Redis did not take it; it is tried again."""
    WITHDRAWN = "Withdrawn"
    """Normal: the document was deleted and the guild is back to the defaults."""


class Condition(ConfigModel):
    """One fact about the document, in Kubernetes' usual form."""

    type: Annotated[StrictStr, Field(min_length=1, max_length=64)] = Field(
        description="Accepted, Published, Ready (both of them), Reconciling, Stalled (these two are there only while "
        "True) or Live (informational)."
    )
    status: ConditionStatus = Field(description="True, False or Unknown.")
    reason: Annotated[StrictStr, Field(max_length=MAX_REASON)] = Field(
        default="", description="One word for the cause."
    )
    message: Annotated[StrictStr, Field(max_length=MAX_MESSAGE)] = Field(
        default="", description="One sentence for a person."
    )
    last_transition_time: Annotated[StrictStr, Field(max_length=40)] = Field(
        description="When the status last changed.", json_schema_extra={"format": "date-time"}
    )
    observed_generation: Annotated[StrictInt, Field(ge=0), WHOLE] = Field(
        default=0, description="The generation that this fact is about."
    )
