"""A modal that the bot opened: its inputs become fields, and what was filled in becomes values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guildwright.platform.markup.messages import Reading, kinds_offered, preset
from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.control.models import ModalView
from guildwright.playground.control.requests import NewFile
from guildwright.playground.page.forms import SEVERAL, Choices, Field, Files
from guildwright.playground.records import Json

_PARAGRAPH = 2
_LONGEST_INPUT = 4000
_FOUND = {Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
_KINDS = {Kind.RADIO_GROUP: "choice", Kind.CHECKBOX_GROUP: "many", Kind.CHECKBOX: "box", Kind.FILE_UPLOAD: "file"}


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
        if part["type"] == Kind.TEXT_DISPLAY:
            texts.append(str(part["content"]))
        elif part["type"] == Kind.LABEL:
            inputs.append({**part["component"], "label": part["label"], "description": part.get("description")})
        elif part["type"] == Kind.ACTION_ROW:
            inputs += part["components"]
    return Modal(shown.modal_id, shown.title, texts, inputs)


def modal_fields(
    dialog: Modal, filled: Mapping[str, str] | None, errors: Mapping[str, str], reading: Reading
) -> list[Field]:
    """A modal's inputs as fields, with the bot's own values until the member has `filled` it."""
    return [_field(one, filled, errors, reading) for one in dialog.inputs]


def _kind(one: Json) -> str:
    if one["type"] == Kind.TEXT_INPUT:
        return "long" if one.get("style") == _PARAGRAPH else "text"
    if one["type"] in _FOUND:
        return "things"
    if one["type"] == Kind.STRING_SELECT:
        return "many" if one.get("max_values", 1) > 1 else "choice"
    return _KINDS.get(Kind(one["type"]), "text")


def _field(one: Json, filled: Mapping[str, str] | None, errors: Mapping[str, str], reading: Reading) -> Field:
    name = str(one["custom_id"])
    kind = _kind(one)
    value = _own(one) if filled is None else filled.get(f"input.{name}", "")
    options = [{"value": str(option["value"]), "label": str(option["label"])} for option in one.get("options", ())]
    return Field(
        id=f"input-{_safe(name)}",
        name=f"input.{name}",
        label=str(one.get("label") or name),
        kind=kind,
        help=str(one.get("description") or ""),
        value=value,
        placeholder=str(one.get("placeholder") or ""),
        required=bool(one.get("required", kind != "box")),
        most=one.get("max_length") if kind in {"text", "long"} else one.get("max_values", 1),
        choices=options,
        offers=kinds_offered(one),
        types=tuple(one.get("channel_types") or ()),
        chosen=preset(one, reading) if filled is None else _named(value, reading),
        error=errors.get(name),
    )


def _own(one: Json) -> str:
    """What the bot filled in."""
    if one["type"] == Kind.CHECKBOX:
        return "on" if one.get("default") else ""
    if "options" in one:
        return SEVERAL.join(str(option["value"]) for option in one["options"] if option.get("default"))
    return str(one.get("value") or "")


def _named(value: str, reading: Reading) -> Choices:
    names = reading.names
    found = []
    for text in filter(None, value.split(SEVERAL)):
        label = names.user(text) or names.role(text) or names.channel(text) or "unknown"
        found.append({"value": text, "label": label})
    return found


@dataclass
class Answers:
    """A filled modal read: values by custom_id, `files` in order, and what is wrong with which."""

    values: dict[str, str | bool | list[str]] = field(default_factory=dict)
    files: list[NewFile] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def read_modal(dialog: Modal, filled: Mapping[str, str], files: Files | None = None) -> Answers:
    """What a member sends."""
    read = Answers()
    for one in dialog.inputs:
        name = str(one["custom_id"])
        text = filled.get(f"input.{name}", "").replace("\r\n", "\n")
        brought = (files or {}).get(f"input.{name}", ())
        if one["type"] == Kind.FILE_UPLOAD:
            read.values[name] = [str(len(read.files) + place) for place in range(len(brought))]
            read.files += brought
        else:
            read.values[name] = _value(one, text)
        if wrong := _wrong(one, text, given=bool(brought)):
            read.errors[name] = wrong
    return read


def _value(one: Json, text: str) -> str | bool | list[str]:
    if one["type"] == Kind.CHECKBOX:
        return bool(text)
    if one["type"] in {Kind.TEXT_INPUT, Kind.RADIO_GROUP}:
        return text
    return [value for value in text.split(SEVERAL) if value]


def _wrong(one: Json, text: str, *, given: bool) -> str | None:
    if not text.strip() and not given:
        return "This is needed." if one.get("required", one["type"] != Kind.CHECKBOX) else None
    if one["type"] != Kind.TEXT_INPUT:
        return None
    most, least = one.get("max_length") or _LONGEST_INPUT, one.get("min_length") or 0
    if len(text) > most:
        return f"It has {len(text)} characters, above the limit of {most}."
    if len(text) < least:
        return f"It has {len(text)} characters; at least {least} are needed."
    return None


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)
