"""What holds for the whole guild, whatever the feature."""

from typing import Annotated

from pydantic import Field, StrictStr

from guildwright_crds.base import (
    ALLOWED,
    RULES,
    ConfigModel,
    RolesButEveryone,
    Rule,
    Snowflake,
)

LOCALE_WORDS = 'a BCP 47 language tag, such as "en-US", "en-GB", "de" or "zh-Hant-TW"'
TIME_ZONE_WORDS = 'a time zone of the IANA database, such as "Europe/Berlin" or "UTC"'

type Locale = Annotated[
    StrictStr,
    Field(
        min_length=2,
        max_length=16,
        pattern="^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$",
        json_schema_extra={ALLOWED: LOCALE_WORDS},
    ),
]

_KNOWN_ZONE = Rule(
    # CEL has no list of zones, but refuses to tell the time in one that it does not know.
    expression="self != 'Local' && timestamp('2000-01-01T12:00:00Z').getFullYear(self) == 2000",
    message=f"must be {TIME_ZONE_WORDS}",
)

type TimeZone = Annotated[
    StrictStr,
    Field(
        min_length=2,
        max_length=64,
        pattern="^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$",
        json_schema_extra={ALLOWED: TIME_ZONE_WORDS, RULES: [_KNOWN_ZONE.as_schema()]},
    ),
]


class General(ConfigModel):
    """What holds for the whole guild, whatever the feature."""

    locale: Locale = Field(
        default="en-US",
        description="The language that the bot speaks in this guild; untranslated texts appear in English.",
    )
    time_zone: TimeZone = Field(default="UTC", description="The time zone in which times without one are read.")
    staff_roles: RolesButEveryone = Field(
        default=(), description="Roles whose members count as staff in every feature."
    )
    audit_channel: Snowflake | None = Field(
        default=None, description="The channel that is told of every refused command."
    )
