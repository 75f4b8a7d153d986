"""Forms from what the bot declared: a command's options become fields, and texts become values."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from litestar.datastructures import UploadFile

from guildwright.playground.control.models import CommandView, OptionView, Value
from guildwright.playground.control.requests import NewFile

_OFFERS = {"user": ("users",), "channel": ("channels",), "role": ("roles",), "mentionable": ("users", "roles")}

type Choices = list[dict[str, str]]
type Files = Mapping[str, Sequence[NewFile]]

# What a form's field holds that has several values: one a line, since no value has lines.
SEVERAL = "\n"


@dataclass(frozen=True)
class Field:
    """A control, `error` says what is wrong with its `value`.

    `kind` is text, long, number, colour, choice (of `choices`), many (of them), box, file, thing or things (found by
    name among `offers`, channels of `types`), or suggested (by the bot). `most` is the longest text or most values.
    """

    id: str
    name: str
    label: str
    kind: str = "text"
    help: str = ""
    value: str = ""
    shown: str = ""
    placeholder: str = ""
    required: bool = False
    decimal: bool = False
    most: int | None = None
    choices: Choices = field(default_factory=list)
    offers: tuple[str, ...] = ()
    types: tuple[int, ...] = ()
    chosen: Choices = field(default_factory=list)
    error: str | None = None


def option_fields(command: CommandView, filled: Mapping[str, str], errors: Mapping[str, str]) -> list[Field]:
    """A command's options as fields, in the order in which the bot declared them (required ones first)."""
    return [_option_field(option, filled, errors) for option in command.options]


def _option_field(option: OptionView, filled: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    kind, choices = _kind(option)
    return Field(
        id=f"option-{option.name}",
        name=f"option.{option.name}",
        label=option.name.replace("_", " ").replace("-", " ").capitalize(),
        kind=kind,
        help=option.description,
        value=filled.get(f"option.{option.name}", ""),
        shown=filled.get(f"typed.option.{option.name}", ""),
        required=option.required,
        decimal=option.type == "number",
        most=option.max_length,
        choices=choices,
        offers=_OFFERS.get(option.type, ()),
        types=tuple(option.channel_types),
        error=errors.get(option.name),
    )


def _kind(option: OptionView) -> tuple[str, Choices]:
    if option.choices:
        return "choice", [{"value": str(one.value), "label": one.name} for one in option.choices]
    if option.type == "boolean":
        return "choice", [{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}]
    if option.type in _OFFERS:
        return "thing", []
    if option.type == "attachment":
        return "file", []
    if option.autocomplete:
        return "suggested", []
    return ("number" if option.type in ("integer", "number") else "text"), []


@dataclass
class Options:
    """A filled form read: the options by name, their `files` in order, and what is wrong with which."""

    values: dict[str, Value] = field(default_factory=dict)
    files: list[NewFile] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def read_options(command: CommandView, filled: Mapping[str, str], files: Files | None = None) -> Options:
    """The typed options of a filled form."""
    read = Options()
    for option in command.options:
        name = f"option.{option.name}"
        text = filled.get(name, "").strip()
        brought = (files or {}).get(name, ())
        if brought:
            read.values[option.name] = len(read.files)
            read.files.append(brought[0])
        elif text:
            try:
                read.values[option.name] = _read(option, text)
            except ValueError as wrong:
                read.errors[option.name] = str(wrong)
        elif option.type in _OFFERS and filled.get(f"typed.{name}", "").strip():
            read.errors[option.name] = f"“{filled[f'typed.{name}'].strip()}” is nothing here. Choose from the list."
        elif option.required:
            read.errors[option.name] = "This is needed."
    return read


def readable_options(command: CommandView, filled: Mapping[str, str], focused: str) -> dict[str, Value]:
    """The same while the `focused` option is being typed: that one as it is, the others where they can be read."""
    known = read_options(command, filled).values
    return {**known, focused: filled.get(f"typed.option.{focused}", "")}


def _read(option: OptionView, text: str) -> Value:
    if option.type == "boolean":
        return text == "true"
    if option.type in ("integer", "number"):
        return _number(option, text)
    if option.max_length is not None and len(text) > option.max_length:
        raise ValueError(f"It has {len(text)} characters, above the limit of {option.max_length}.")
    if option.min_length is not None and len(text) < option.min_length:
        raise ValueError(f"It has {len(text)} characters; at least {option.min_length} are needed.")
    return text


def _number(option: OptionView, text: str) -> int | float:
    read: Callable[[str], int | float] = int if option.type == "integer" else float
    try:
        number = read(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"“{text}” is not {'a whole number' if read is int else 'a number'}.")
    if option.max_value is not None and number > option.max_value:
        raise ValueError(f"{text} is above the limit of {option.max_value:g}.")
    if option.min_value is not None and number < option.min_value:
        raise ValueError(f"{text} is below the limit of {option.min_value:g}.")
    return number


def refilled(one: Field, filled: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    """A field with what was typed into it, once something was."""
    before = "" if filled and one.kind == "box" else one.value  # a box that is not ticked sends nothing
    return replace(one, value=filled.get(one.name, before), error=errors.get(one.name))


@dataclass(frozen=True)
class Posted:
    """A form as it was sent: texts, those of several values one a line, and files."""

    texts: Mapping[str, str]
    files: Files


async def posted(form: Sequence[tuple[str, Any]]) -> Posted:
    """Take a form's fields apart. A field for files that was left empty sends an empty one, which does not count."""
    texts: dict[str, str] = {}
    files: dict[str, list[NewFile]] = {}
    for name, value in form:
        if isinstance(value, str):
            texts[name] = f"{texts[name]}{SEVERAL}{value}" if texts.get(name) else value
        elif isinstance(value, UploadFile) and value.filename:
            body = await value.read()
            one = NewFile(filename=value.filename, content=body, content_type=value.content_type or "")
            files.setdefault(name, []).append(one)
    return Posted(texts, files)


def texts(form: Mapping[str, Any]) -> dict[str, str]:
    """A posted form's single texts."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def number(text: str | None) -> int | None:
    """An id that a form or address carries, or None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() else None
