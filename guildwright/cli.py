"""The `guildwright` command line: parses, and imports a process only when asked to run it."""

import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from guildwright.environment import settings_of
from guildwright.giveaway.app import app as giveaway_app
from guildwright.guilds.app import app as guilds_app
from guildwright.jobs_cli.app import app as jobs_app

app = typer.Typer(
    help="Guildwright runs a Discord community from one typed document per guild.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(guilds_app, name="guilds")
app.add_typer(giveaway_app, name="giveaway")
app.add_typer(jobs_app, name="jobs")

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Data = Annotated[
    Path | None, typer.Option("--data", help="Directory for state. Default: .guildwright (or GUILDWRIGHT_DATA).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def up(
    data: Data = None,
    guilds: Annotated[
        Path | None, typer.Option(help="Directory of GuildConfig files. Default: guilds, with a first one to edit.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the page; 0 for any. Default: 8420 if free.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run everything on this machine, with a Discord of its own unless DISCORD_TOKEN is set."""
    from guildwright import up as process

    settings = settings_of(data, guilds, live=False)
    raise SystemExit(process.run(process.Asked(settings.data, guilds, port, as_json), settings))


@app.command()
def shard(
    shards: Annotated[
        str | None, typer.Option(help='Which shards of how many, such as "0-3/16". Default: what Discord recommends.')
    ] = None,
) -> None:
    """Run gateway shards."""
    from guildwright_bot import shard as process

    raise SystemExit(process.main(settings_of(), shards))


@app.command()
def worker() -> None:
    """Run a job worker."""
    from guildwright_bot import worker as process

    raise SystemExit(process.main(settings_of()))


@app.command()
def operator() -> None:
    """Run the operator: publishes the GuildConfigs of a Kubernetes namespace and reports in their statuses."""
    from guildwright_operator import main as process

    raise SystemExit(process.main(settings_of()))


@app.command()
def playground(  # noqa: PLR0913, PLR0917 - its options
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Default: that of last time, else 8420 if free, else any; 0: not 8420."),
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Directory to append all traffic to, as JSON lines.")] = None,
    rate_limits: Annotated[bool, typer.Option(help="Limit requests as Discord does.")] = True,
    ready_file: Annotated[
        Path | None, typer.Option(help="Where to write the addresses once it listens; then it prints nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the local Discord alone: point discord.js, discord.py, hikari, discordgo, serenity or JDA at it."""
    from guildwright.playground import main as process

    processes = os.environ.get("GUILDWRIGHT_PLAYGROUND_PROCESSES")
    asked = process.Asked(
        data=data or Path(os.environ.get("GUILDWRIGHT_DATA", ".guildwright")),
        host=host,
        port=port,
        processes_file=Path(processes) if processes else None,
        ready_file=ready_file,
        record=record,
        rate_limits=rate_limits,
        say="json" if as_json else "nothing" if ready_file else "text",
    )
    raise SystemExit(process.serve(process.from_environment(asked)))


@app.command("trial-postgres", hidden=True)
def trial_postgres(
    data: Annotated[Path, typer.Option(help="Folder of its data, on a disk of its own.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 5432,
    password: Annotated[str, typer.Option(envvar="POSTGRES_PASSWORD", help="Of the user postgres.")] = "",
) -> None:
    """Run a PostgreSQL for a trial in a cluster, over TCP."""
    if not password or not password.isprintable():
        typer.echo("guildwright trial-postgres: set POSTGRES_PASSWORD, to one line of printable text", err=True)
        raise SystemExit(2)
    from guildwright import trial_postgres as process

    raise SystemExit(process.main(data, host, port, password))


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database's tables up to date. Safe when two start at once."""
    from guildwright.platform import log
    from guildwright.platform.database.migrate import migrate as run
    from guildwright_bot.features import piccolo_apps

    settings = settings_of(data)
    log.configure(settings, "migrate")
    raise SystemExit(run(settings, piccolo_apps()))


@app.command()
def crds(
    check: Annotated[bool, typer.Option("--check", help="Compare with the committed files instead.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the CRD and the JSON Schema to this directory; else print the CRD.")
    ] = None,
) -> None:
    """Render the CustomResourceDefinitions from the models."""
    from guildwright_crds import cli

    raise SystemExit(cli.crds(check=check, out=out))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a GuildConfig document, for editors."""
    from guildwright_crds import cli

    raise SystemExit(cli.schema())


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="GuildConfig files, or directories of them.")],
    as_json: AsJson = False,
) -> None:
    """Validate GuildConfig files offline, as the cluster would."""
    from guildwright_crds import cli

    raise SystemExit(cli.check(paths, as_json=as_json))


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Examine token, intents, permissions, Redis, Postgres, clock and versions, and say how to mend each."""
    from guildwright import doctor as examine

    raise SystemExit(examine.main(settings_of(data), as_json=as_json))


def _takes_output() -> bool:
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        return False
    return True


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="guildwright")
    except OSError as error:
        if error.errno not in NO_ROOM or _takes_output():
            raise
        typer.echo(f"guildwright: the output cannot be written: {error.strerror}", err=True)
        raise SystemExit(2) from None
