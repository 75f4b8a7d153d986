"""The YAML parser's complaints in the words of somebody who edits a file."""

from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.reader import ReaderError

from guildwright_crds.yaml_places import Flaw, Mark

_WORDS = (
    ("'\\t'", "a tab outside quotes", "write spaces instead"),
    ("mapping values are not allowed", "a colon where none may stand", 'put a text that contains ": " in quotes'),
    ("expected <block end>", "this is indented differently from the lines it stands with", None),
    ("expected the node content", "a value is missing before this", None),
    ("could not find expected ':'", "this line is neither a field with a colon nor part of a text", None),
    ("expected '<document start>'", "this stands after the end of the document", None),
    ("cannot start any token", "no text without quotes can begin like this", "put the text in quotes"),
)
_UNCLOSED = (
    ("while scanning a quoted scalar", "end of stream", "a quote that is never closed"),
    ("while parsing a flow sequence", "", "this [ is not closed as it should be"),
    ("while parsing a flow mapping", "", "this { is not closed as it should be"),
)


def explain_syntax(text: str, error: YAMLError) -> Flaw:
    """What is wrong, and where."""
    if isinstance(error, ReaderError):
        before = text[: int(error.position)]
        mark = Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        return Flaw((), mark, f"the character U+{ord(text[int(error.position)]):04X} has no place in YAML")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Flaw((), Mark(1, 1), f"not YAML: {error}".splitlines()[0])
    problem, context = str(error.problem), str(error.context)
    for begun, end, message in _UNCLOSED:
        if begun in context and end in problem and error.context_mark is not None:
            return Flaw((), _mark(error.context_mark), message, hint=f"the reader noticed at {_at(error.problem_mark)}")
    for sign, message, hint in _WORDS:
        if sign in problem:
            return Flaw((), _mark(error.problem_mark), message, hint=hint)
    return Flaw((), _mark(error.problem_mark), f"not YAML: {problem}")


def _mark(mark: StringMark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _at(mark: StringMark) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
