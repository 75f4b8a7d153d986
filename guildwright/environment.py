"""The host settings as a command finds them: the environment, its own options, and an `up` that is running."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings


def settings_of(
    data: Path | None = None, guilds: Path | None = None, *, live: bool = True, **options: str | None
) -> "Settings":
    """Return the host settings; with `live`, those of the `up` that holds the data directory fill what is not set.

    `options` are further settings by name; None leaves one as the environment has it.
    """
    from guildwright import holder
    from guildwright.platform.settings import PREFIX, SettingsError, load_settings, misspelled

    for name, value in {"data": data, "guilds": guilds, **options}.items():
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)
    for sentence in misspelled():
        typer.echo(sentence, err=True)
    try:
        settings = load_settings()
        running = holder.running(settings.data) if live else None
        if running:
            for name, value in running["env"].items():
                os.environ.setdefault(name, value)
            settings = load_settings()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    return settings
