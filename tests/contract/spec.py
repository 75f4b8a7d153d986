"""Where Discord's own documents are, and what happens when they are not there.

Under CI a missing document is an error. Elsewhere the checks do not run, and the end of the pytest run says so, loudly.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

VARIABLE = "GUILDWRIGHT_DISCORD_SPEC"
ROOT = Path(__file__).parents[2]
FILES = ("openapi.json", "gateway_schemas.json")

_not_run: set[str] = set()


class SpecMissing(Exception):  # noqa: N818  reads as the sentence it ends
    """Discord's documents are not where they should be, and CI is told to have them."""


def folder() -> Path:
    """Where the documents should be."""
    return Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "discord")


def available(what: str, unchecked: set[str] = _not_run) -> bool:
    """Whether `what` can be checked; when not, it is remembered for the end of the run.

    Raises:
        SpecMissing: under CI=true.
    """
    missing = [name for name in FILES if not (folder() / name).is_file()]
    if not missing:
        return True
    if os.environ.get("CI", "").casefold() in {"1", "true"}:
        raise SpecMissing(f"{', '.join(missing)} not found in {folder()}; set {VARIABLE}.")
    unchecked.add(what)
    return False


@cache
def load(name: str) -> dict[str, Any]:
    """One of the documents."""
    document: dict[str, Any] = json.loads((folder() / name).read_text())
    return document


def not_run_line(unchecked: set[str] = _not_run) -> str | None:
    """What to print at the end of the run, if anything did not run."""
    if not unchecked:
        return None
    what = ", ".join(sorted(unchecked))
    return f"CONTRACT TESTS NOT RUN: no Discord documents in {folder()} (set {VARIABLE}); unchecked: {what}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The hook that tests/conftest.py wires in."""
    line = not_run_line()
    if line:
        terminalreporter.write_line(line, red=True, bold=True)
