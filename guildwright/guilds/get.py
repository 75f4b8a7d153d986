"""`guildwright guilds get`: one guild's document as its author would write it, or with every default filled in."""

import json
from typing import Any

import typer

from guildwright.guilds.ask import DONE, REFUSED, as_yaml, authored, complain, guild_of, told
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import ConfigStore, State
from guildwright_crds.compile import compile_config
from guildwright_crds.guild_config import API_VERSION, KIND

_IDENTITY = {"format", "guild_id", "uid", "generation"}  # of a compiled record, what is not the guild's to decide


async def get(store: ConfigStore, guild: str, *, compiled: bool, as_json: bool) -> int:
    """Print what is in force; 1 where that is not the document, because there is none or it cannot be used."""
    stored = await store.read(guild_of(guild))
    if stored.problems:
        complain(*told(stored.problems))
        if stored.state is State.KEPT:
            complain(f"the document cannot be used: this is the last good one, generation {stored.generation}")
        else:
            complain("the document cannot be used and never could: the guild runs on defaults")
    if stored.state is State.DEFAULTS and not compiled:
        # A resource's name is its guild: nothing there is of another, and to look takes the right to list.
        passed_over = await store.strays() if isinstance(store, DirectoryStore) else ()
        strays = [problem for stray in passed_over for problem in stray.problems]
        if strays:
            complain("passed over, because nobody can tell whose they are:", *told(strays))
        complain(
            f"guild {guild} has no document and runs on defaults: `guildwright guilds get {guild} --compiled` shows "
            f"them, `guildwright guilds set {guild} path=value` makes a document"
        )
        return REFUSED
    spec = authored(stored.spec)
    if compiled:
        record = compile_config(guild, stored.spec, stored.uid, stored.generation)
        spec = record.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=_IDENTITY)
    if as_json:
        document: dict[str, Any] = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": guild}, "spec": spec}
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        typer.echo(as_yaml(guild, spec), nl=False)
    return REFUSED if stored.problems else DONE
