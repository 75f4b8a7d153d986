"""YAML text → plain data with the place of every value, strict where readers of YAML disagree.

It works on the parser's events rather than on loaded objects: a loader forgets places, takes the last of two equal
keys, guesses types by one version of YAML, and expands alias bombs. Nothing here raises for what a person wrote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from guildwright_crds.problems import one_line, shown
from guildwright_crds.scalars import Divergent, read_plain
from guildwright_crds.yaml_errors import explain_syntax
from guildwright_crds.yaml_places import Flaw, Mark, Path, Place, Reading

MAX_DEPTH = 32
MAX_VALUES = 20_000
_STRING_TAGS = {None, "!"}
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class _Node:
    mark: Mark
    value: Any = None  # a scalar's value, a list of nodes, or a list of (key node, node)
    kind: type[dict[Any, Any] | list[Any] | str] = str
    plain: str | None = None
    divergent: Divergent | None = None


class _UnreadableError(Exception):
    """Stops the reading with the one thing to say."""

    def __init__(self, mark: Mark, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.flaw = Flaw((), mark, message, hint=hint)


def _mark(event: Event) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


class _Builder:
    """Events → nodes. One builder reads one text."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._anchors: dict[str, _Node | None] = {}
        self._count = 0

    def documents(self) -> Iterator[tuple[Event, _Node]]:
        """Each document's start and its root."""
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if event.version or event.tags:
                    message = "a directive (%), which not all readers of YAML obey"
                    raise _UnreadableError(_mark(event), message, "delete the line that starts with %")
                self._anchors.clear()
                yield event, self._node(next(self._events), 0)

    def _node(self, event: Event, depth: int) -> _Node:
        mark = _mark(event)
        self._count += 1
        if depth > MAX_DEPTH:
            raise _UnreadableError(mark, f"nested deeper than {MAX_DEPTH} levels")
        if self._count > MAX_VALUES:
            raise _UnreadableError(mark, f"more than {MAX_VALUES} values")
        if isinstance(event, AliasEvent):
            return self._alias(event, mark)
        if not isinstance(event, NodeEvent):  # pragma: no cover  # the parser never does this
            raise _UnreadableError(mark, f"unexpected {event}")
        if event.anchor:
            self._anchors[event.anchor] = None
        node = self._content(event, mark, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: AliasEvent, mark: Mark) -> _Node:
        anchor = one_line(str(event.anchor))
        if event.anchor not in self._anchors:
            raise _UnreadableError(mark, f"*{anchor} repeats &{anchor}, which is nowhere above")
        node = self._anchors[event.anchor]
        if node is None:
            raise _UnreadableError(mark, f"*{anchor} contains itself")
        return node

    def _content(self, event: NodeEvent, mark: Mark, depth: int) -> _Node:
        tag = getattr(event, "tag", None)
        if tag not in _STRING_TAGS:
            name = str(tag).replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {one_line(name)}, which not all readers of YAML obey"
            raise _UnreadableError(mark, message, "delete the tag; put a text in quotes")
        if isinstance(event, ScalarEvent):
            if event.style is not None or tag == "!":
                return _Node(mark, event.value)
            plain = read_plain(event.value)
            return _Node(mark, plain.value, plain=event.value, divergent=plain.flaw)
        if isinstance(event, SequenceStartEvent):
            return _Node(mark, list(self._sequence(depth + 1)), list)
        if isinstance(event, MappingStartEvent):
            return _Node(mark, list(self._mapping(depth + 1)), dict)
        raise _UnreadableError(mark, f"unexpected {event}")  # pragma: no cover  # the parser never does this

    def _sequence(self, depth: int) -> Iterator[_Node]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth)

    def _mapping(self, depth: int) -> Iterator[tuple[_Node, _Node]]:
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth)
            yield key, self._node(next(self._events), depth)


class _Flattener:
    """Nodes → plain data, places and flaws; aliases are written out here, so here is where a bomb is caught."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._count = 0

    def flatten(self, node: _Node, path: Path = (), key: Mark | None = None) -> Any:  # noqa: ANN401  # plain JSON
        """The value of a node, remembered at `path`."""
        self._count += 1
        if self._count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _UnreadableError(node.mark, f"more than {MAX_VALUES} values once its aliases (*) are written out")
        self._reading.places[path] = Place(node.mark, key, node.plain, scalar=node.kind is str)
        if isinstance(node.value, str) and _SURROGATE.search(node.value):
            self._flaw(path, node.mark, "half of a surrogate pair, which is no character")
        if node.divergent:
            self._flaw(path, node.mark, node.divergent.reason, node.divergent.allowed)
        if node.kind is list:
            return [self.flatten(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._entries(node, path) if node.kind is dict else node.value

    def _entries(self, node: _Node, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        first: dict[str, Mark] = {}
        for key, value in node.value:
            name = self._name(key, path)
            if name is None:
                continue
            if name in first:
                self._flaw(
                    (*path, name), key.mark, f"{shown(name)} stands here twice", hint=f"see line {first[name].line}"
                )
                continue
            first[name] = key.mark
            entries[name] = self.flatten(value, (*path, name), key.mark)
        return entries

    def _name(self, key: _Node, path: Path) -> str | None:
        """The key as JSON has it: a text; a number becomes one."""
        if key.divergent:
            merges = key.plain == "<<"
            may_be, hint = ((), "write out what it repeats") if merges else (key.divergent.allowed, None)
            self._flaw((*path, str(key.plain)), key.mark, key.divergent.reason, may_be, hint)
            return None
        if key.kind is not str or key.value is None:
            self._flaw(path, key.mark, "a key must be a text")
            return None
        return key.plain if key.plain is not None else str(key.value)

    def _flaw(
        self, path: Path, mark: Mark, message: str, allowed: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        self._reading.flaws.append(Flaw(path, mark, message, allowed, hint))


def _one_document(text: str) -> _Node:
    """The root of the one document that is not empty."""
    found: _Node | None = None
    for start, node in _Builder(text).documents():
        if node.kind is str and node.value is None:
            continue
        if found is not None:
            raise _UnreadableError(_mark(start), "a second document", "one file holds one guild: split the file here")
        found = node
    if found is None:
        raise _UnreadableError(Mark(1, 1), "the file is empty", "see crds/examples for what it may hold")
    return found


def read_yaml(text: str) -> Reading:
    """Read the one document of a text; its flaws are in the result."""
    reading = Reading()
    try:
        reading.data = _Flattener(reading).flatten(_one_document(text))
    except _UnreadableError as error:
        return Reading(flaws=[error.flaw], broken=True)
    except YAMLError as error:
        return Reading(flaws=[explain_syntax(text, error)], broken=True)
    return reading
