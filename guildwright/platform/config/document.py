"""Changes a YAML document the way a careful person would: only what is meant, comments and order as they were."""

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

_KEY = r"^(?P<outer> *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
_MAPPING = re.compile(_KEY + r"(?P<inner>(?P=outer) +)[^\s#-]", re.MULTILINE)
_LIST = re.compile(_KEY + r"(?P<inner>(?P=outer) *)- ", re.MULTILINE)
_NOTHING_MORE = re.compile(r"(?<=\n)---\s*\Z")  # the start of a document that never comes
_PLAIN = re.compile(r"[a-z][a-z0-9]*", re.IGNORECASE)
_NOT_PLAIN = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_WIDE = 100_000  # never fold a line that the author did not


def fresh_document(guild_id: str) -> str:
    """The document of a guild that has none yet."""
    return f'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata:\n  name: "{guild_id}"\nspec: {{}}\n'


def patched(text: str, patch: Mapping[str, Any]) -> str:
    """`text` with `patch` merged into its spec (RFC 7386: null removes, a list replaces).

    Raises:
        ValueError: `text` is no YAML of one document, or no mapping with a spec that is one.
    """
    text = _NOTHING_MORE.sub("", text)
    yaml = _round_trip(text)
    try:
        document = yaml.load(text)
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ValueError(f"{line}{error.context}, {error.problem}") from error
    except YAMLError as error:  # a control character, which other readers let pass in a comment
        line = f"line {text.count('\n', 0, error.position) + 1}: " if isinstance(error, ReaderError) else ""
        raise ValueError(f"{line}{str(error).splitlines()[0]}") from error
    if not isinstance(document, CommentedMap):
        raise ValueError("the document is no mapping")  # noqa: TRY004  a wrong value, whoever wrote it
    spec = document.get("spec")
    if spec is None or (isinstance(spec, CommentedMap) and not spec):
        spec = document["spec"] = CommentedMap()  # a fresh one: `{}` would stay in flow style
    if not isinstance(spec, CommentedMap):
        raise ValueError("spec is no mapping")  # noqa: TRY004
    _merge(spec, patch)
    if not spec:
        spec.fa.set_flow_style()
    out = io.StringIO()
    yaml.dump(document, out)
    return _as_before(text, out.getvalue())


def _round_trip(text: str) -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.explicit_start = bool(re.search(r"^---(\s|$)", text, re.MULTILINE))
    offset = _step(_LIST, text, 0)
    yaml.indent(mapping=_step(_MAPPING, text, 2), sequence=offset + 2, offset=offset)
    return yaml


def _step(pattern: re.Pattern[str], text: str, usual: int) -> int:
    """How far the author indents."""
    found = pattern.search(text)
    return len(found["inner"]) - len(found["outer"]) if found else usual


def _merge(node: CommentedMap, patch: Mapping[str, Any]) -> None:
    for key, value in patch.items():
        old = node.get(key)
        if value is None:
            node.pop(key, None)
        elif isinstance(value, Mapping):
            if not isinstance(old, CommentedMap):
                old = node[key] = CommentedMap()
            _merge(old, value)
        elif isinstance(value, list | tuple) and isinstance(old, CommentedSeq):
            _replace_items(old, list(value))
        elif old != value or isinstance(old, bool) != isinstance(value, bool):
            node[key] = _scalar_or_list(value, old)


def _replace_items(node: CommentedSeq, items: list[Any]) -> None:
    """Let `node` hold `items`, in their order; an item that stays keeps its comment."""
    named = {item["name"]: item for item in items if isinstance(item, Mapping) and "name" in item}
    for old in node:
        if isinstance(old, CommentedMap) and old.get("name") in named:
            new = named[old["name"]]
            _merge(old, {**dict.fromkeys(old), **new})
    for index in range(len(node) - 1, -1, -1):
        if node[index] not in items:
            del node[index]
    if [item for item in items if item in node] != list(node):  # reordered or doubled: nothing can be kept
        del node[:]
    for index, item in enumerate(items):
        if index >= len(node) or node[index] != item:
            node.insert(index, _scalar_or_list(item, None))


def _scalar_or_list(value: object, old: object) -> object:
    if isinstance(value, Mapping):
        node = CommentedMap()
        _merge(node, value)
        return node
    if isinstance(value, list | tuple):
        return CommentedSeq(_scalar_or_list(item, None) for item in value)
    if not isinstance(value, str):
        return value
    # What YAML 1.1 and 1.2 read differently is refused by `check`, so anything doubtful is quoted.
    was_plain = isinstance(old, str) and not isinstance(old, ScalarString)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN
    if was_plain and (plain or re.fullmatch(r"(\d+[dhms])+", value)):
        return value
    if isinstance(old, ScalarString):
        return type(old)(value)
    return DoubleQuotedScalarString(value)


def _as_before(before: str, after: str) -> str:
    """Line ends and byte order mark as the author's editor left them."""
    if "\r\n" in before:
        after = after.replace("\r\n", "\n").replace("\n", "\r\n")
    if before.startswith("\ufeff") and not after.startswith("\ufeff"):
        after = "\ufeff" + after
    if not before.endswith("\n"):
        after = after.rstrip("\r\n")
    return after
