"""The knobs of giveaways; what they do is in the bot's `features/giveaways/domain.py`."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from guildwright_crds.base import (
    WHOLE,
    Between,
    ConfigModel,
    Duration,
    Members,
    RolesButEveryone,
    Snowflake,
)


class Blacklist(ConfigModel):
    """Who may not enter a giveaway."""

    roles: RolesButEveryone = Field(default=(), description="Roles whose members may not enter.")
    members: Members = Field(default=(), description="Members who may not enter.")


class Giveaways(ConfigModel):
    """Giveaways: who may host, who may enter, and how long a winner has to claim."""

    claim_timeout: Annotated[Duration, Between("10s", "7d")] = Field(
        default=timedelta(minutes=5), description="How long a winner has to claim the prize."
    )
    reroll_limit: Annotated[StrictInt, Field(ge=0, le=10), WHOLE] = Field(
        default=1, description="How many times an unclaimed prize is drawn again, for each winner."
    )
    blacklist: Blacklist = Field(default=Blacklist(), description="Who may not enter.")
    minimum_account_age: Annotated[Duration, Between("0s", "365d")] = Field(
        default=timedelta(), description="How old a Discord account must be to enter."
    )
    minimum_membership: Annotated[Duration, Between("0s", "365d")] = Field(
        default=timedelta(), description="How long a member must have been in the guild to enter."
    )
    preview: StrictBool = Field(
        default=False, description="Show a giveaway to the one who starts it before it is posted, unless they say."
    )
    retention: Annotated[Duration, Between("1d", "3650d")] = Field(
        default=timedelta(days=365),
        description="How long after the last that happened to it (its end, a claim, a reroll) a closed giveaway is "
        "kept, with its entries, claims and records.",
    )
    default_channel: Snowflake | None = Field(
        default=None,
        description="Where a giveaway that names no channel starts; without it, where the command is used.",
    )
    manager_roles: RolesButEveryone = Field(
        default=(),
        description="Roles whose members may start, end and delete giveaways, besides those who may manage the guild.",
    )
    log_channel: Snowflake | None = Field(
        default=None, description="The channel that is told of every draw, claim and reroll."
    )
