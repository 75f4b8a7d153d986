"""Document → compiled record: what the publisher writes to Redis and every shard obeys, with no default left open."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from guildwright_crds.commands import Commands
from guildwright_crds.general import General
from guildwright_crds.giveaways import Giveaways
from guildwright_crds.guild_config import GuildConfigSpec

FORMAT = 1
"""Raised when a record of the new form would be misread by an old reader; new fields alone are no reason."""


class CompiledConfig(BaseModel):
    """One guild's config as the bot reads it: every section present, every default filled in.

    `uid` and `generation` name the document it came from; a guild without a document has `uid` "" and generation 0.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", serialize_by_alias=True)

    format: int = FORMAT
    guild_id: str
    uid: str = ""
    generation: int = 0
    general: General = Field(default_factory=General)
    commands: Commands = Field(default_factory=Commands)
    giveaways: Giveaways = Field(default_factory=Giveaways)

    def to_json(self) -> bytes:
        """The record as it is published."""
        return self.model_dump_json().encode()

    @classmethod
    def from_json(cls, record: bytes | str) -> Self:
        """Read a record, also one that a newer publisher wrote: unknown fields are ignored at every depth.

        Raises ValueError for what is no record at all, or one of a format that this reader does not know.
        """
        config = cls.model_validate_json(record, extra="ignore")
        if config.format > FORMAT:
            raise ValueError(f"the record has format {config.format}, this reader knows {FORMAT}: upgrade it")
        return config


def compile_config(guild_id: str, spec: GuildConfigSpec, uid: str, generation: int) -> CompiledConfig:
    """Fill every default in. `uid` and `generation` are the document's."""
    sections = {name: section for name, section in spec if section is not None}
    return CompiledConfig(guild_id=guild_id, uid=uid, generation=generation, **sections)


def defaults(guild_id: str) -> CompiledConfig:
    """What a guild without a document runs on."""
    return CompiledConfig(guild_id=guild_id)
