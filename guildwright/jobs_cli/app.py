"""The `guildwright jobs` commands: parses, and imports what does the work only when asked to do it.

Exit codes: 0 done, 1 refused (no such job, or not in this state), 2 the question or the database is at fault.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guildwright.environment import settings_of

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

app = typer.Typer(
    help="What runs later, or once: waiting jobs, running ones, and dead letters.",
    no_args_is_help=True,
)

Job = Annotated[
    int,
    typer.Argument(help="The job's number, as `guildwright jobs list` shows it.", metavar="JOB", min=1, max=2**63 - 1),
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Directory for state. Default: .guildwright (or GUILDWRIGHT_DATA).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def _settings(data: Path | None) -> "Settings":
    from guildwright.platform import log

    settings = settings_of(data)
    log.configure(settings, "jobs")
    return settings


@app.command("list")
def list_(  # noqa: PLR0913, PLR0917  its options
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="waiting, sent, running, done or dead. May be repeated. Default: all but done."),
    ] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Of jobs that ended: done, cancelled, failed or unknown.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help='Such as "giveaways.end", or "giveaways" for all of a feature.')
    ] = None,
    guild: Annotated[str | None, typer.Option("--guild", help="The guild's id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at the most.")] = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show jobs, those that come first at the top; of jobs that ended, the newest."""
    from guildwright.jobs_cli import look
    from guildwright.jobs_cli.ask import Wanted, with_database

    settings = _settings(data)
    wanted = Wanted(tuple(state or ()), outcome, kind, guild, limit)
    raise SystemExit(with_database(settings, lambda: look.list_jobs(wanted, as_json=as_json)))


@app.command()
def show(job: Job, data: Data = None, as_json: AsJson = False) -> None:
    """Print all that is known of a job: its payload, its times, and its whole last error."""
    from guildwright.jobs_cli import look
    from guildwright.jobs_cli.ask import with_database

    settings = _settings(data)
    raise SystemExit(with_database(settings, lambda: look.show(job, as_json=as_json)))


@app.command()
def retry(
    job: Job,
    even_if_done: Annotated[
        bool, typer.Option("--even-if-done", help="Also when its effect may be there: it may then happen twice.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let a dead letter run again, now, with all its attempts. One of outcome unknown needs `--even-if-done`."""
    from guildwright.jobs_cli import change
    from guildwright.jobs_cli.ask import with_database

    settings = _settings(data)
    raise SystemExit(with_database(settings, lambda: change.retry(job, even_if_done=even_if_done, as_json=as_json)))


@app.command()
def cancel(job: Job, data: Data = None, as_json: AsJson = False) -> None:
    """Take back a job that no worker has, or put a dead letter away. What earlier tries may have done is not undone."""
    from guildwright.jobs_cli import change
    from guildwright.jobs_cli.ask import with_database

    settings = _settings(data)
    raise SystemExit(with_database(settings, lambda: change.cancel(job, as_json=as_json)))
