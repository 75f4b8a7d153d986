"""The `guildwright giveaway` commands: parses, and imports what does the work only when asked to do it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Giveaways: check a draw by its record, and take their history home.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback()
def giveaway() -> None:
    """Giveaways: check a draw by its record, and take their history home."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The file that was attached to a winner message.")],
    as_json: AsJson = False,
) -> None:
    """Recompute a draw from its record. Exit codes: 0 all matches, 1 something does not, 2 no such record."""
    from guildwright.giveaway import verifying

    raise SystemExit(verifying.main(file, as_json=as_json))


@app.command()
def export(  # noqa: PLR0913, PLR0917  its options
    guild: Annotated[str, typer.Option("--guild", help="The guild's id.")],
    number: Annotated[int | None, typer.Argument(help="The giveaway's number. Default: all.", min=1)] = None,
    format_: Annotated[str, typer.Option("--format", help="json, or csv for spreadsheets.")] = "json",
    output: Annotated[Path | None, typer.Option("--output", help="File to write. Default: standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Directory for state. Default: .guildwright (or GUILDWRIGHT_DATA).")
    ] = None,
) -> None:
    """Write who did what to a guild's giveaways when. Exit codes: 0 done, 1 no such giveaway, 2 mistaken or away."""
    from guildwright.environment import settings_of
    from guildwright.giveaway import exporting
    from guildwright.platform import log

    settings = settings_of(data)
    log.configure(settings, "giveaway")
    raise SystemExit(exporting.main(settings, exporting.Asked(guild, number, format_, output, force)))


@app.command()
def record(
    guild: Annotated[str, typer.Option("--guild", help="The guild's id.")],
    number: Annotated[int, typer.Argument(help="The giveaway's number.", min=1, max=2**31 - 1)],
    output: Annotated[Path | None, typer.Option("--output", help="File to write. Default: by the number.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Directory for state. Default: .guildwright (or GUILDWRIGHT_DATA).")
    ] = None,
) -> None:
    """Write a draw's record once more. Exit codes: 0 done, 1 no such giveaway or not drawn, 2 mistaken or away."""
    from guildwright.environment import settings_of
    from guildwright.giveaway import recording
    from guildwright.platform import log

    settings = settings_of(data)
    log.configure(settings, "giveaway")
    raise SystemExit(recording.main(settings, recording.Asked(guild, number, output, force)))
