"""One guild's document: a field per feature, each optional, so that what is stored says only what was decided."""

from typing import Annotated

from pydantic import Field, StrictInt, StrictStr

from guildwright_crds.base import LIST_KEYS, LIST_TYPE, SNOWFLAKE_PATTERN, WHOLE, ConfigModel, Rule
from guildwright_crds.commands import Commands
from guildwright_crds.conditions import MAX_MESSAGE, Condition
from guildwright_crds.general import General
from guildwright_crds.giveaways import Giveaways

GROUP = "guildwright.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "GuildConfig"
CORE = ("general", "commands")
"""The modules that every guild has whatever features exist; each other field belongs to the feature of its name."""

NAME_RULE = Rule(
    expression=f"self.metadata.name.matches('{SNOWFLAKE_PATTERN}')",
    message="must be the guild's snowflake: Discord's id of the guild, 17 to 19 digits, in quotes",
    field=".metadata.name",
)


class GuildConfigSpec(ConfigModel):
    """What the guild's admins decided. Everything left out keeps its default."""

    general: General | None = Field(default=None, description=f"{General.__doc__}")
    commands: Commands | None = Field(default=None, description=f"{Commands.__doc__}")
    giveaways: Giveaways | None = Field(default=None, description=f"{Giveaways.__doc__}")


class GuildConfigStatus(ConfigModel):
    """What became of the document; written by the operator alone."""

    observed_generation: Annotated[StrictInt, Field(ge=0), WHOLE] = Field(
        default=0, description="The newest generation that the operator has judged."
    )
    published_generation: Annotated[StrictInt, Field(ge=0), WHOLE] = Field(
        default=0, description="The generation that is in force: the newest one that the operator has published."
    )
    last_error: Annotated[StrictStr, Field(max_length=MAX_MESSAGE)] | None = Field(
        default=None, description="What is wrong, while something is: where, and how to mend it."
    )
    conditions: tuple[Condition, ...] = Field(
        default=(),
        max_length=16,
        description="Facts about the document, one of each type.",
        json_schema_extra={LIST_TYPE: "map", LIST_KEYS: ["type"]},
    )
