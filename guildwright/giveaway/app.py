"""The `guildwright giveaway` commands: parses, and imports what does the work only when asked to do it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Giveaways: check a draw by its record.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback()
def giveaway() -> None:
    """Giveaways: check a draw by its record."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The file that was attached to a winner message.")],
    as_json: AsJson = False,
) -> None:
    """Recompute a draw from its record. Exit codes: 0 all matches, 1 something does not, 2 no such record."""
    from guildwright.giveaway import verifying

    raise SystemExit(verifying.main(file, as_json=as_json))
