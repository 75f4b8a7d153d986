"""The `guildwright guilds` commands: parses, and imports what does the work only when asked to do it.

Exit codes: 0 done (of `diff`: the same), 1 refused (of `diff`: different), 2 the question or the store is at fault.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guildwright.environment import settings_of

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

app = typer.Typer(
    help="The guild documents: what became of them, what they say, and changing them.",
    no_args_is_help=True,
)

Guild = Annotated[str, typer.Argument(help="The guild's id.", metavar="GUILD")]
Paths = Annotated[list[Path], typer.Argument(help="GuildConfig files, or directories of them.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Directory for state. Default: .guildwright (or GUILDWRIGHT_DATA).")
]
Guilds = Annotated[Path | None, typer.Option("--guilds", help="Directory of GuildConfig files. Default: guilds.")]
Store = Annotated[
    str | None,
    typer.Option("--store", help="directory, or kubernetes for the cluster of KUBECONFIG. Default: GUILDWRIGHT_STORE."),
]
Namespace = Annotated[
    str | None, typer.Option("--namespace", "-n", help="Namespace of the resources. Default: GUILDWRIGHT_NAMESPACE.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Examine everything, write nothing.")]


def _settings(data: Path | None, guilds: Path | None, store: str | None, namespace: str | None) -> "Settings":
    from guildwright.platform import log

    settings = settings_of(data, guilds, store=store, namespace=namespace)
    log.configure(settings, "guilds")
    return settings


@app.command("list")
def list_(
    data: Data = None,
    guilds: Guilds = None,
    store: Store = None,
    namespace: Namespace = None,
    as_json: AsJson = False,
) -> None:
    """Show every guild document: where it is, whether it is live, and what is wrong with it."""
    from guildwright.guilds import ask
    from guildwright.platform.config.guilds import guilds_list

    settings = _settings(data, guilds, store, namespace)
    raise SystemExit(ask.with_store(settings, lambda at: guilds_list(at, settings, as_json=as_json)))


@app.command()
def get(  # noqa: PLR0913, PLR0917  its options
    guild: Guild,
    compiled: Annotated[bool, typer.Option("--compiled", help="Fill every default in.")] = False,
    data: Data = None,
    guilds: Guilds = None,
    store: Store = None,
    namespace: Namespace = None,
    as_json: AsJson = False,
) -> None:
    """Print a guild's document as YAML. 1 when there is none, or it cannot be used."""
    from guildwright.guilds import ask, get

    settings = _settings(data, guilds, store, namespace)
    raise SystemExit(ask.with_store(settings, lambda at: get.get(at, guild, compiled=compiled, as_json=as_json)))


@app.command("set")
def set_(  # noqa: PLR0913, PLR0917  its options
    guild: Guild,
    assignments: Annotated[
        list[str] | None, typer.Argument(help='"giveaways.claimTimeout=24h" sets, "giveaways.claimTimeout-" removes.')
    ] = None,
    unset: Annotated[list[str] | None, typer.Option("--unset", help="A path to remove. May be repeated.")] = None,
    dry_run: DryRun = False,
    data: Data = None,
    guilds: Guilds = None,
    store: Store = None,
    namespace: Namespace = None,
) -> None:
    """Change a guild's document, making one where there is none. Lists: "ID,ID", or JSON.

    1 when the change would not pass `guildwright check`, or a field is another's to change.
    """
    from guildwright.guilds import ask, assign

    settings = _settings(data, guilds, store, namespace)
    change = (assignments or [], unset or [])
    raise SystemExit(ask.with_store(settings, lambda at: assign.assign(at, guild, *change, dry_run=dry_run)))


@app.command()
def diff(  # noqa: PLR0913, PLR0917  its options
    paths: Paths,
    unified: Annotated[bool, typer.Option("--unified", "-u", help="As diff prints it, for patch and people.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also name guilds that only the store has.")] = False,
    data: Data = None,
    guilds: Guilds = None,
    store: Store = None,
    namespace: Namespace = None,
    as_json: AsJson = False,
) -> None:
    """Show what importing files would change. 0 the same, 1 different, 2 a file or the store is at fault."""
    from guildwright.guilds import ask, compare

    settings = _settings(data, guilds, store, namespace)

    how = {"everything": everything, "unified": unified, "as_json": as_json}
    raise SystemExit(ask.with_store(settings, lambda at: compare.diff(at, paths, **how)))


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917  its options
    paths: Paths,
    dry_run: DryRun = False,
    data: Data = None,
    guilds: Guilds = None,
    store: Store = None,
    namespace: Namespace = None,
) -> None:
    """Make the store say what files say. All are checked and tried first; other guilds stay as they are."""
    from guildwright.guilds import ask, carry

    settings = _settings(data, guilds, store, namespace)
    raise SystemExit(ask.with_store(settings, lambda at: carry.bring(at, paths, dry_run=dry_run)))


@app.command()
def export(  # noqa: PLR0913, PLR0917  its options
    folder: Annotated[Path, typer.Argument(help="Where to write; made where it is missing.", metavar="DIRECTORY")],
    dry_run: DryRun = False,
    data: Data = None,
    guilds: Guilds = None,
    store: Store = None,
    namespace: Namespace = None,
) -> None:
    """Write every document into a directory, one YAML file each. What else is there is never replaced."""
    from guildwright.guilds import ask, carry

    settings = _settings(data, guilds, store, namespace)
    raise SystemExit(ask.with_store(settings, lambda at: carry.take_out(at, folder, dry_run=dry_run)))
