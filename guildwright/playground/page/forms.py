"""Forms from what the bot declared: a command's options and a modal's inputs become fields, and texts become values."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guildwright.platform.markup.messages import choices as select_choices
from guildwright.playground.control.models import CommandView, ModalView, OptionView, Value
from guildwright.playground.records import Json

_OFFERS = {"user": ("users",), "channel": ("channels",), "role": ("roles",), "mentionable": ("users", "roles")}
_PARAGRAPH = 2
_ACTION_ROW, _TEXT_INPUT, _TEXT, _LABEL = 1, 4, 10, 18
_LONGEST_INPUT = 4000

type Choices = list[dict[str, str]]


@dataclass(frozen=True)
class Field:
    """A control, `error` says what is wrong with its `value`.

    `kind` is text, long, number, choice, box, colour, thing (found by name) or suggested (by the bot).
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
    error: str | None = None


def option_fields(
    command: CommandView, offered: Mapping[str, Choices], filled: Mapping[str, str], errors: Mapping[str, str]
) -> list[Field]:
    """A command's options as fields, in the order in which the bot declared them (required ones first)."""
    return [_option_field(option, offered, filled, errors) for option in command.options]


def _option_field(
    option: OptionView, offered: Mapping[str, Choices], filled: Mapping[str, str], errors: Mapping[str, str]
) -> Field:
    kind, choices = _kind(option, offered)
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
        error=errors.get(option.name),
    )


def _kind(option: OptionView, offered: Mapping[str, Choices]) -> tuple[str, Choices]:
    if option.choices:
        return "choice", [{"value": str(one.value), "label": one.name} for one in option.choices]
    if option.type == "boolean":
        return "choice", [{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}]
    if option.type in _OFFERS:
        return "choice", [choice for key in _OFFERS[option.type] for choice in offered.get(key, [])]
    if option.autocomplete:
        return "suggested", []
    return ("number" if option.type in ("integer", "number") else "text"), []


def read_options(command: CommandView, filled: Mapping[str, str]) -> tuple[dict[str, Value], dict[str, str]]:
    """The typed options of a filled form, and what is wrong with which."""
    options: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for option in command.options:
        text = filled.get(f"option.{option.name}", "").strip()
        if not text:
            if option.required:
                errors[option.name] = "This is needed."
            continue
        try:
            options[option.name] = _read(option, text)
        except ValueError as wrong:
            errors[option.name] = str(wrong)
    return options, errors


def readable_options(command: CommandView, filled: Mapping[str, str], focused: str) -> dict[str, Value]:
    """The same while the `focused` option is being typed: that one as it is, the others where they can be read."""
    options, _ = read_options(command, filled)
    return {**options, focused: filled.get(f"typed.option.{focused}", "")}


def _read(option: OptionView, text: str) -> Value:
    if option.type == "boolean":
        return text == "true"
    if option.type == "attachment":
        raise ValueError("The playground takes no files. Leave it out.")
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


@dataclass(frozen=True)
class Modal:
    """A dialog: its id for the answer, its title, its plain texts and inputs."""

    id: str
    title: str
    texts: list[str]
    inputs: list[Json]


def modal(shown: ModalView) -> Modal:
    """Take a modal apart. Inputs stand in action rows, or in labels that carry their name and help."""
    texts: list[str] = []
    inputs: list[Json] = []
    for part in shown.components:
        if part["type"] == _TEXT:
            texts.append(str(part["content"]))
        elif part["type"] == _LABEL:
            inputs.append({**part["component"], "label": part["label"], "description": part.get("description")})
        elif part["type"] == _ACTION_ROW:
            inputs += part["components"]
    return Modal(shown.modal_id, shown.title, texts, inputs)


def modal_fields(
    dialog: Modal, offered: Mapping[str, Choices], filled: Mapping[str, str] | None, errors: Mapping[str, str]
) -> list[Field]:
    """A modal's inputs as fields, with the bot's own values until the member has `filled` it."""
    return [_input_field(one, offered, filled, errors) for one in dialog.inputs]


def _input_field(
    one: Json, offered: Mapping[str, Choices], filled: Mapping[str, str] | None, errors: Mapping[str, str]
) -> Field:
    name = str(one["custom_id"])
    is_text = one["type"] == _TEXT_INPUT
    kind = ("long" if one.get("style") == _PARAGRAPH else "text") if is_text else "choice"
    offers = [] if is_text else select_choices(one, {"choices": offered})
    own = str(one.get("value") or "")
    return Field(
        id=f"input-{_safe(name)}",
        name=f"input.{name}",
        label=str(one.get("label") or name),
        kind=kind,
        help=str(one.get("description") or ""),
        value=own if filled is None else filled.get(f"input.{name}", ""),
        placeholder=str(one.get("placeholder") or ""),
        required=bool(one.get("required", True)),
        most=one.get("max_length"),
        choices=[{"value": str(choice["value"]), "label": str(choice["label"])} for choice in offers],
        error=errors.get(name),
    )


def read_modal(dialog: Modal, filled: Mapping[str, str]) -> tuple[dict[str, str | list[str]], dict[str, str]]:
    """A filled modal's values by custom_id (a select's as a list), and what is wrong with which."""
    values: dict[str, str | list[str]] = {}
    errors: dict[str, str] = {}
    for one in dialog.inputs:
        name = str(one["custom_id"])
        text = filled.get(f"input.{name}", "").replace("\r\n", "\n")
        values[name] = text if one["type"] == _TEXT_INPUT else [text] if text else []
        if wrong := _wrong_text(one, text):
            errors[name] = wrong
    return values, errors


def _wrong_text(one: Json, text: str) -> str | None:
    if not text.strip():
        return "This is needed." if one.get("required", True) else None
    most, least = one.get("max_length") or _LONGEST_INPUT, one.get("min_length") or 0
    if len(text) > most:
        return f"It has {len(text)} characters, above the limit of {most}."
    if len(text) < least:
        return f"It has {len(text)} characters; at least {least} are needed."
    return None


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def refilled(one: Field, filled: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    """A field with what was typed into it, once something was."""
    before = "" if filled and one.kind == "box" else one.value  # a box that is not ticked sends nothing
    return replace(one, value=filled.get(one.name, before), error=errors.get(one.name))


def texts(form: Mapping[str, Any]) -> dict[str, str]:
    """A posted form's single texts."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def number(text: str | None) -> int | None:
    """An id that a form or address carries, or None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() else None
