"""What a plain YAML scalar means, and which ones YAML 1.1 and 1.2 read differently.

kubectl, Go and PyYAML read YAML 1.1; ruamel, editors and the specification of today read 1.2. A document that means
two things is refused, even where today's reader would guess right: it is the one case in which `check` is stricter
than the API server.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from guildwright_crds.problems import one_line

type Value = str | int | float | bool | None

_WORDS: dict[str, bool | None] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_OLD_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})
_OLD_FALSE = frozenset({"n", "N", "no", "No", "NO", "off", "Off", "OFF"})

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"(\.[0-9]+|[-+]?(0|[1-9][0-9]*)\.[0-9]*)([eE][-+][0-9]+)?")
_NEW_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+|[-+]\.[0-9]+")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+(\.[0-9_]*([eE][-+]?[0-9]+)?)?")
_NEW_OCTAL = re.compile(r"[-+]?0o[0-7_]+")
_BINARY = re.compile(r"[-+]?0b[01_]+")
_SIGNED_HEX = re.compile(r"[-+]0x[0-9a-fA-F_]+")
_UNDERSCORES = re.compile(r"(?=[-+.0-9])[-+]?[0-9_.]*_[0-9_.]*([eE][-+]?[0-9_]+)?|[-+]?0x[0-9a-fA-F_]*_[0-9a-fA-F_]*")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t]+[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?.*)?")
_SPECIAL = re.compile(r"=|<<")
_MAX_DIGITS = 40


@dataclass(frozen=True)
class Divergent:
    """A scalar that is one thing to YAML 1.1 and another to 1.2. `allowed` are the ways to say which is meant."""

    reason: str
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Plain:
    """A plain scalar: its value to YAML 1.2, and why it cannot be trusted, if so."""

    value: Value
    flaw: Divergent | None = None


def _quoted(text: str) -> str:
    return f'"{text}"'


def _disputed(text: str) -> Divergent | None:
    """Why the two versions differ about this scalar."""
    for words, meaning in ((_OLD_TRUE, "true"), (_OLD_FALSE, "false")):
        if text in words:
            reason = f"{text} without quotes is {meaning} to YAML 1.1 and the text {_quoted(text)} to YAML 1.2"
            return Divergent(reason, (meaning, _quoted(text)))
    for pattern, meanings, allowed in _DISPUTES:
        if pattern.fullmatch(text):
            return Divergent(f"{one_line(text)} without quotes is {meanings}", (*allowed, _quoted(one_line(text))))
    return None


_DECIMAL = ("a plain decimal number",)
_DISPUTES = (
    (_LEADING_ZERO, "an octal number to YAML 1.1 and a decimal one to YAML 1.2", _DECIMAL),
    (_NEW_OCTAL, "a text to YAML 1.1 and an octal number to YAML 1.2", _DECIMAL),
    (_BINARY, "a binary number to YAML 1.1 and a text to YAML 1.2", _DECIMAL),
    (_SIGNED_HEX, "a number to YAML 1.1 and a text to YAML 1.2", _DECIMAL),
    (_UNDERSCORES, "a number to YAML 1.1 and a text to YAML 1.2", _DECIMAL),
    (_NEW_FLOAT, "a text to YAML 1.1 and a number to YAML 1.2", _DECIMAL),
    (_SEXAGESIMAL, "a number to base 60 to YAML 1.1 and a text to YAML 1.2", ()),
    (_TIMESTAMP, "a date to YAML 1.1 and a text to YAML 1.2", ()),
    (_SPECIAL, "a special key to YAML 1.1 and a text to YAML 1.2", ()),
)


def _float(text: str) -> Plain:
    number = float(text)
    return Plain(number) if math.isfinite(number) else _no_json(text)


def _integer(text: str) -> Plain:
    """Of any size: past what an integer field could hold it may as well be a float."""
    return Plain(int(text)) if len(text) <= _MAX_DIGITS else _float(text)


def _no_json(text: str) -> Plain:
    return Plain(text, Divergent(f"{one_line(text)} is no number that JSON has", _DECIMAL))


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Plain]], ...] = (
    (_INTEGER, _integer),
    (_HEX, lambda text: Plain(int(text, 16))),
    (_FLOAT, _float),
    (_NOT_FINITE, _no_json),
)


def read_plain(text: str) -> Plain:
    """What an unquoted scalar is."""
    if text in _WORDS:
        return Plain(_WORDS[text])
    if not _FLOAT.fullmatch(text) and (disputed := _disputed(text)):
        return Plain(text, disputed)
    for pattern, read in _NUMBERS:
        if pattern.fullmatch(text):
            return read(text)
    return Plain(text)
