"""An object of the API server → what the rest knows of a guild's document. Pure: nothing here asks a cluster.

The server has judged the document by the CRD before it stored it, so the models alone are held to it here, which takes
a fraction of the time of a check. Where they refuse what the server took (a CRD newer than this program, or one that
somebody changed), `check` says what and where.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from guildwright.platform.config.store import State, Stored, Stray
from guildwright_crds.base import SNOWFLAKE_PATTERN
from guildwright_crds.check import Problem, check_text
from guildwright_crds.guild_config import API_VERSION, KIND, GuildConfigSpec

type Object = Mapping[str, Any]

_MAYBE_UNPRINTABLE = re.compile("[^ -~\U00010000-\U0010ffff]")
_SNOWFLAKE = re.compile(SNOWFLAKE_PATTERN)


def source_of(name: str) -> str:
    """Where a person finds the document, as kubectl takes it."""
    return f"guildconfigs/{name}"


def version_of(obj: Object) -> str:
    """The name of the document's present content: the server counts a generation for every change of the spec.

    Not the resourceVersion, which also changes with every status: whoever edits a form for a minute would be told that
    the document changed when only the operator reported on it.
    """
    metadata = obj["metadata"]
    return f"{metadata['uid']}/{metadata['generation']}"


def stored_from(obj: Object) -> Stored:
    """One guild's document: `LIVE` where it can be used, else `REFUSED` with what our models say of it."""
    metadata, spec = obj["metadata"], obj.get("spec")
    name, uid, generation = str(metadata["name"]), str(metadata["uid"]), int(metadata["generation"])
    try:
        good = GuildConfigSpec.model_validate({} if spec is None else spec, by_name=False)
    except ValidationError as error:
        problems = problems_of(name, spec) or (unusable(name, f"refuses it: {_first(error)}"),)
        bad = GuildConfigSpec()
        return Stored(name, version_of(obj), uid, generation, bad, source_of(name), problems, State.REFUSED)
    return Stored(name, version_of(obj), uid, generation, good, source_of(name), (), State.LIVE)


def kept(new: Stored, last: Stored | None) -> Stored:
    """A document that became bad leaves its guild with what was last good, as far as this process remembers it."""
    if new.state is not State.REFUSED or last is None or not last.in_force:
        return new
    return replace(new, uid=last.uid, generation=last.generation, spec=last.spec, state=State.KEPT)


def stray_from(obj: Object) -> Stray | None:
    """The object as a document of no guild, where its name is no guild's; None where it is one."""
    name = str(obj["metadata"]["name"])
    return None if _SNOWFLAKE.match(name) else Stray(source_of(name), problems_of(name, obj.get("spec")))


def problems_of(name: str, spec: object) -> tuple[Problem, ...]:
    """What `check` says of a spec, with field paths and without lines: an object of a cluster has none."""
    document = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": spec}
    found = check_text(as_yaml({key: value for key, value in document.items() if value is not None}), "").problems
    return tuple(
        replace(problem, file=source_of(name), line=0, column=0, hint=without_lines(problem.hint)) for problem in found
    )


def unusable(name: str, why: str) -> Problem:
    """The one problem of a document with which this program cannot work although `check` finds nothing wrong."""
    hint = "make the program and the cluster's GuildConfig the same version, or report it as a bug"
    return Problem(source_of(name), 0, 0, "spec", f"this version of Guildwright {why}", (), hint)


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(('spec', *map(str, found['loc'])))}: {found['msg']}"


def without_lines(hint: str | None) -> str | None:
    """A hint for somebody who has no file before them in which to look for a line."""
    return None if hint is None or hint.startswith("see line") else hint


def as_yaml(document: object) -> str:
    """JSON is YAML, once what is not printable is escaped as both understand it."""
    return _MAYBE_UNPRINTABLE.sub(_escaped, json.dumps(document, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    return char if char.isprintable() else f"\\u{ord(char):04x}"
