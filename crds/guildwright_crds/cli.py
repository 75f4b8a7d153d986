"""What `guildwright crds`, `schema` and `check` do; each returns the exit code."""

from pathlib import Path


def crds(check: bool, out: Path | None) -> int:
    """Render the CRD (first slice)."""
    raise NotImplementedError(check, out)


def schema() -> int:
    """Print the JSON Schema (first slice)."""
    raise NotImplementedError


def check(paths: list[Path], as_json: bool) -> int:
    """Judge files and folders (first slice)."""
    raise NotImplementedError(paths, as_json)
