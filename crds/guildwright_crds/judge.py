"""One document → verdict with positions, offline, and the same verdict as the API server's.

The types are judged by the models, the rest by the rules of the schema that is made of them (`cel.py`). One mistake
makes one problem: what merely follows from a mistake already named is not said again.
"""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guildwright_crds.base import SNOWFLAKE_PATTERN
from guildwright_crds.cel import Broken, broken_rules, unknown_fields, without_nulls
from guildwright_crds.explain import allowed, explain, fitting_forms, schema_at, similar_field, similar_zone, unknown
from guildwright_crds.guild_config import API_VERSION, GROUP, KIND, GuildConfigSpec
from guildwright_crds.problems import Checked, Problem, field_path, shown
from guildwright_crds.schema import GuildConfig, document_schema
from guildwright_crds.yaml_places import Mark, Path, Place, Reading
from guildwright_crds.yaml_reader import read_yaml

_NAME: Path = ("metadata", "name")


def check_text(text: str, file: str) -> Checked:
    """Judge one document. `file` is only a name for the problems."""
    judge = _Judge(file, read_yaml(text))
    spec = judge.judge()
    return judge.verdict(spec)


class _Judge:
    """Gathers the problems of one document."""

    def __init__(self, file: str, reading: Reading) -> None:
        self._file = file
        self._reading = reading
        self._schema = document_schema()
        self._problems: list[Problem] = []
        self._bad: set[Path] = set()

    def judge(self) -> GuildConfigSpec | None:
        """Find every problem; the spec, if the types are right."""
        for flaw in self._reading.flaws:
            fitting = fitting_forms(flaw.allowed, schema_at(self._schema, flaw.path))
            self._add(flaw.path, flaw.mark, flaw.message, fitting, flaw.hint)
        document = self._reading.data
        if self._reading.broken:
            return None
        if not isinstance(document, dict):
            self._add((), self._mark(()), "the document is no mapping", allowed(self._schema), None)
            return None
        if self._is_foreign(document):
            return None
        spec = self._judge_types(document)
        self._judge_rules(document)
        return spec

    def verdict(self, spec: GuildConfigSpec | None) -> Checked:
        """What was found, in the order of the text."""
        problems = sorted(self._problems, key=lambda problem: (problem.line, problem.column))
        document = self._reading.data if isinstance(self._reading.data, dict) else None
        place = self._reading.places.get(_NAME, Place(Mark(1, 1)))
        return Checked(
            file=self._file,
            document=document,
            guild_id=_guild_id(document, place),
            spec=None if problems else spec,
            problems=tuple(problems),
            name_at=(place.value.line, place.value.column),
        )

    def _add(self, path: Path, mark: Mark, message: str, may_be: tuple[str, ...], hint: str | None) -> None:
        self._bad.add(path)
        self._problems.append(Problem(self._file, mark.line, mark.column, field_path(path), message, may_be, hint))

    def _is_tainted(self, path: Path, *, below: bool = False) -> bool:
        """Whether something is known to be wrong at the path or above it (or `below` it)."""
        above = any(path[:length] in self._bad for length in range(len(path) + 1))
        return above or (below and any(bad[: len(path)] == path for bad in self._bad))

    def _mark(self, path: Path, *, key: bool = False) -> Mark:
        """The scalar at the path, else its key, else the nearest thing above it that exists."""
        while path not in self._reading.places:
            path, key = path[:-1], True
        place = self._reading.places[path]
        at_value = place.scalar and place.plain != "" and not key
        return place.value if place.key is None or at_value else place.key

    def _is_foreign(self, document: dict[str, Any]) -> bool:
        """Another kind of document has one problem: that it is one."""
        if not {"apiVersion", "kind", "metadata"} & set(document):
            begins = "it begins with apiVersion, kind and metadata; see crds/examples"
            self._add((), self._mark(()), f"this is no {KIND}", allowed(self._schema), begins)
            return True
        version, kind = document.get("apiVersion"), document.get("kind")
        foreign_group = isinstance(version, str) and version.partition("/")[0] != GROUP
        if not foreign_group and (not isinstance(kind, str) or kind == KIND):
            return False
        path = ("apiVersion",) if foreign_group else ("kind",)
        message = f"this is a {shown(kind)} of {shown(version)}, not a {KIND}"
        if not self._is_tainted(path):
            hint = _similar_word(str(kind), KIND) if not foreign_group else None
            self._add(path, self._mark(path), message, (API_VERSION if foreign_group else KIND,), hint)
        return True

    def _judge_types(self, document: dict[str, Any]) -> GuildConfigSpec | None:
        """Hold the document to the models. Of `status`, the API server reads only the names of its fields."""
        for path in unknown_fields(document.get("status"), self._schema["properties"]["status"], ("status",)):
            if not self._is_tainted(path):
                self._add(path, self._mark(path, key=True), *unknown(path, self._schema))
        try:
            return GuildConfig.model_validate(_authored(document), by_name=False).spec
        except ValidationError as error:
            self._explain(error.errors(include_url=False))
        return None

    def _explain(self, errors: Sequence[ErrorDetails]) -> None:
        misnamed = {error["loc"] for error in errors if error["type"] == "extra_forbidden"}
        for error in errors:
            path = error["loc"][:-1] if error["loc"][-1] == "[key]" else error["loc"]
            if self._is_tainted(path) or (error["type"] == "missing" and self._is_misspelled(path, misnamed)):
                continue
            place = self._reading.places.get(path)
            message, may_be, hint = explain(error, path, self._schema, place.plain if place else None)
            at_key = error["type"] == "extra_forbidden" or error["loc"][-1] == "[key]"
            self._add(path, self._mark(path, key=at_key), message, may_be, hint)

    def _is_misspelled(self, path: Path, unknown: set[Path]) -> bool:
        """Whether a missing field stands beside, under a name that was not understood."""
        siblings = schema_at(self._schema, path[:-1]).get("properties", {})
        return any(similar_field(str(found[-1]), siblings) == path[-1] for found in unknown if found[:-1] == path[:-1])

    def _judge_rules(self, document: dict[str, Any]) -> None:
        authored = _authored(document)
        metadata = authored.get("metadata")
        if isinstance(metadata, dict):  # of which CEL sees this much
            authored["metadata"] = {name: metadata[name] for name in ("name", "generateName") if name in metadata}
        for broken in broken_rules(without_nulls(authored, self._schema), self._schema):
            uncertain = not broken.certain and self._is_tainted(broken.about, below=True)
            if not uncertain and not self._is_tainted(broken.path, below=True):
                self._add_broken(broken, authored)

    def _add_broken(self, broken: Broken, authored: dict[str, Any]) -> None:
        path, value = broken.path, _value_at(authored, broken.path)
        if isinstance(value, list) and (name := _value_at(authored, _NAME)) in value:
            path = (*path, value.index(name))  # @everyone: the rule can blame no more than the list
        says_must = isinstance(value, str) and broken.message.startswith("must ")
        message = f"{shown(value)} {broken.message}" if says_must else broken.message
        hint = similar_zone(value, schema_at(self._schema, path))
        if broken.first is not None:
            hint = f"see line {self._mark(broken.first).line}"
        self._add(path, self._mark(path), message, (), hint)


def _authored(document: dict[str, Any]) -> dict[str, Any]:
    """A document without its status, which the API server ignores in what people apply."""
    return {name: value for name, value in document.items() if name != "status"}


def _value_at(value: Any, path: Path) -> Any:  # noqa: ANN401  # plain JSON
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _similar_word(written: str, meant: str) -> str | None:
    """The hint for one known word."""
    return f"did you mean {meant}?" if similar_field(written, {meant: None}) else None


def _guild_id(document: dict[str, Any] | None, place: Place) -> str | None:
    """The guild that a document is about, also where the quotes were forgotten."""
    metadata = document.get("metadata") if document else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    written = name if isinstance(name, str) else place.plain
    return written if written and re.fullmatch(SNOWFLAKE_PATTERN, written) else None
