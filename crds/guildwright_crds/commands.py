"""Which commands a guild has, who may use them where, and the ways to call them besides Discord's own."""

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StrictStr

from guildwright_crds.base import (
    ALLOWED,
    DEFAULT_TEXT,
    LIST_KEYS,
    LIST_TYPE,
    WHOLE,
    Channels,
    ConfigModel,
    Roles,
    Rule,
)

COMMAND_WORDS = 'a command as Discord shows it, without the slash, such as "giveaway" or "giveaway start"'
PREFIX_WORDS = "1 to 5 characters without spaces, not starting with one of / @ # <"

type CommandName = Annotated[
    StrictStr,
    Field(
        min_length=1,
        max_length=98,
        pattern="^[a-z0-9_-]{1,32}( [a-z0-9_-]{1,32}){0,2}$",
        json_schema_extra={ALLOWED: COMMAND_WORDS},
    ),
]

type PrefixText = Annotated[
    StrictStr,
    Field(
        min_length=1,
        max_length=5,
        pattern=r"^[^\p{Z}\p{Cc}\p{Cf}/@#<][^\p{Z}\p{Cc}\p{Cf}]*$",
        json_schema_extra={ALLOWED: PREFIX_WORDS},
    ),
]


class CommandRule(ConfigModel):
    """Who may use one command, and where."""

    cel_rules = (
        Rule(
            expression="!(self.name in ['help', 'setup']) || !has(self.enabled) || self.enabled",
            message="the commands help and setup cannot be disabled: they are the way back in",
            field=".enabled",
        ),
    )

    name: CommandName = Field(
        description='The command that this is about: "giveaway start", or "giveaway" for all below it. '
        "The longest name that fits wins."
    )
    enabled: StrictBool = Field(default=True, description="Whether the command can be used at all.")
    allowed_roles: Roles = Field(
        default=(), description="Roles of which a member needs one to use the command; empty allows everybody."
    )
    allowed_channels: Channels = Field(
        default=(), description="Channels in which the command can be used; empty allows all."
    )


class Prefix(ConfigModel):
    """Calling commands by a message that starts with a few characters."""

    text: PrefixText = Field(description='What the message starts with, such as "!".')
    per_minute: Annotated[StrictInt, Field(ge=1, le=60), WHOLE] = Field(
        default=10, description="How many such messages a member may have answered in a minute."
    )


class Commands(ConfigModel):
    """Which commands a guild has, and the ways to call them besides Discord's own."""

    mention: StrictBool = Field(
        default=False,
        description='Whether a message that mentions the bot first ("@Guildwright help") works.',
    )
    prefix: Prefix | None = Field(
        default=None,
        description="Calling commands by a message that starts with a few characters.",
        json_schema_extra={DEFAULT_TEXT: "off"},
    )
    rules: tuple[CommandRule, ...] = Field(
        default=(),
        max_length=64,
        description="What is different for single commands.",
        json_schema_extra={LIST_TYPE: "map", LIST_KEYS: ["name"]},
    )
