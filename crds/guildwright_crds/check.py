"""A document → verdict with positions (first slice; the real one follows)."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from guildwright_crds.guild_config import GuildConfigSpec
from guildwright_crds.problems import Checked, Problem

__all__ = ["Checked", "Problem", "check_file", "check_paths", "check_text"]


def check_text(text: str, file: str) -> Checked:
    """Judge one document. `file` is only a name for the problems."""
    try:
        document = YAML(typ="safe", pure=True).load(text)
        guild_id = document["metadata"]["name"]
        spec = GuildConfigSpec.model_validate(document["spec"], by_name=False)
    except ValidationError as error:
        found = tuple(
            Problem(file, 1, 1, ".".join(("spec", *map(str, item["loc"]))), item["msg"]) for item in error.errors()
        )
        return Checked(file, document, guild_id, None, found)
    except (YAMLError, KeyError, TypeError) as error:
        return Checked(file, None, None, None, (Problem(file, 1, 1, "", str(error)),))
    return Checked(file, document, guild_id, spec, ())


def check_file(path: Path) -> Checked:
    """Judge one file; what cannot be read is a problem, never an exception."""
    try:
        return check_text(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        return Checked(str(path), None, None, None, (Problem(str(path), 1, 1, "", str(error)),))


def check_paths(paths: Sequence[Path]) -> list[Checked]:
    """Judge files and folders."""
    files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    return [check_file(file) for file in files]
