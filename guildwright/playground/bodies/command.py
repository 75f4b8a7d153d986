"""Application commands: Discord's limits on names, options and localizations, and the form it returns them in."""

from typing import Any

from guildwright.playground.bits import CHANNEL_TYPES, OptionType
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.bodies.localizations import is_name, localizations
from guildwright.playground.errors import Faults
from guildwright.playground.ids import digits
from guildwright.playground.records import Json

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
MOST_OPTIONS = MOST_CHOICES = 25
MOST_CHARACTERS = 8000
_LONGEST_NAME = 32
_LONGEST_DESCRIPTION = 100
_SUBS = {OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP}
_CHOOSABLE = {OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER}
_LARGEST_NUMBER = (1 << 53) - 1


def read(body: Json, faults: Faults, path: str = "") -> Json:
    """A checked command as Discord returns it, without its ids."""
    fields = Fields(body, faults, path)
    kind = fields.choice("type", {CHAT_INPUT, USER, MESSAGE}) or CHAT_INPUT
    command: Json = {"type": kind, **_named(fields, chat=kind == CHAT_INPUT)}
    options = _options(fields, depth=0)
    if kind != CHAT_INPUT and options:
        fields.fault("options", "APPLICATION_COMMAND_INVALID_OPTIONS", "Context menu commands cannot have options")
    command["options"] = options
    contexts = fields.numbers("contexts", {0, 1, 2})
    direct = body.get("dm_permission")
    command |= {
        "default_member_permissions": _permissions(fields),
        "dm_permission": fields.flag("dm_permission", default=True) if direct is not None else True,
        "contexts": contexts if "contexts" in body and body["contexts"] is not None else None,
        "integration_types": fields.numbers("integration_types", {0, 1}) or [0],
        "nsfw": fields.flag("nsfw"),
    }
    if _characters(command) > MOST_CHARACTERS:
        message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
        fields.fault("", "APPLICATION_COMMAND_TOO_LARGE", message)
    return command


def _named(fields: Fields, *, chat: bool = True) -> Json:
    name = fields.text("name", _LONGEST_NAME, shortest=1, needed=True)
    if name and chat and not is_name(name):
        message = "String value did not match validation regex."
        fields.fault(
            "name", "STRING_TYPE_REGEX" if name == name.lower() else "APPLICATION_COMMAND_INVALID_NAME", message
        )
    if chat:
        description = fields.text("description", _LONGEST_DESCRIPTION, shortest=1, needed=True)
    else:
        description = fields.text("description", 0)
    return {
        "name": name or "",
        "name_localizations": localizations(fields, "name_localizations", _LONGEST_NAME, as_name=chat),
        "description": description or "",
        "description_localizations": localizations(fields, "description_localizations", _LONGEST_DESCRIPTION),
    }


def _permissions(fields: Fields) -> str | None:
    value = fields.body.get("default_member_permissions")
    if value is None:
        return None
    bits = digits(value)
    if bits is None:
        fields.fault("default_member_permissions", "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        return None
    return str(bits)


def _options(fields: Fields, depth: int) -> list[Json]:
    entries = fields.objects("options", MOST_OPTIONS)
    options = [_option(entry, depth) for entry in entries]
    names: set[str] = set()
    optional = False
    subs = [option["type"] in _SUBS for option in options]
    for entry, option in zip(entries, options, strict=True):
        if option["name"] in names:
            message = "Option name already exists"
            entry.fault("name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        names.add(option["name"])
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            entry.fault("", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
    if any(subs) and not all(subs):
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        fields.fault("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    return options


def _option(fields: Fields, depth: int) -> Json:
    kind = fields.choice("type", {int(entry) for entry in OptionType}, needed=True) or OptionType.STRING
    option: Json = {"type": int(kind), **_named(fields)}
    if kind in _SUBS:
        group = kind == OptionType.SUBCOMMAND_GROUP
        if depth > 1 or (group and depth > 0):
            message = "Sub-commands can only be nested one group deep"
            fields.fault("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            return option
        option["options"] = _options(fields, depth + 1)
        wrong = [entry for entry in option["options"] if group and entry["type"] != OptionType.SUBCOMMAND]
        if wrong:
            message = "A sub-command group may only contain sub-commands"
            fields.fault("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        return option
    option["required"] = fields.flag("required")
    if kind in _CHOOSABLE:
        option |= _choosable(fields, OptionType(kind))
    if kind == OptionType.CHANNEL and fields.body.get("channel_types"):
        option["channel_types"] = fields.numbers("channel_types", CHANNEL_TYPES)
    return option


def _choosable(fields: Fields, kind: OptionType) -> Json:
    part: Json = {}
    choices = [_choice(entry, kind) for entry in fields.objects("choices", MOST_CHOICES)]
    if choices:
        part["choices"] = choices
    if fields.flag("autocomplete"):
        part["autocomplete"] = True
        if choices:
            message = "Cannot use autocomplete with choices"
            fields.fault("choices", "APPLICATION_COMMAND_INVALID_AUTOCOMPLETE", message)
    if kind == OptionType.STRING:
        bounds: dict[str, int | float | None] = {
            "min_length": fields.number("min_length", 0, 6000),
            "max_length": fields.number("max_length", 1, 6000),
        }
    else:
        bounds = {name: _bound(fields, name, kind) for name in ("min_value", "max_value")}
    (least, low), (most, high) = bounds.items()
    if low is not None and high is not None and low > high:
        fields.fault(most, "APPLICATION_COMMAND_OPTIONS_BOUNDS_INVALID", f"{most} must not be below {least}.")
    return part | {name: value for name, value in bounds.items() if value is not None}


def _bound(fields: Fields, name: str, kind: OptionType) -> int | float | None:
    value = fields.body.get(name)
    if kind == OptionType.INTEGER or value is None:
        return fields.number(name, -_LARGEST_NUMBER, _LARGEST_NUMBER)
    if isinstance(value, bool) or not isinstance(value, int | float):
        fields.fault(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
        return None
    return value


def _choice(fields: Fields, kind: OptionType) -> Json:
    value: Any = fields.body.get("value")
    if kind == OptionType.STRING:
        value = fields.text("value", 100, needed=True)
    elif kind == OptionType.INTEGER:
        value = fields.number("value", -_LARGEST_NUMBER, _LARGEST_NUMBER, needed=True)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        fields.fault("value", "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return {
        "name": fields.text("name", 100, shortest=1, needed=True) or "",
        "name_localizations": localizations(fields, "name_localizations", 100),
        "value": value,
    }


def _characters(part: Json) -> int:
    """What counts towards the size: names, descriptions and values, in their longest localization."""
    own = 0
    for name in ("name", "description"):
        texts = [part.get(name) or "", *(part.get(f"{name}_localizations") or {}).values()]
        own += max(len(text) for text in texts)
    if isinstance(part.get("value"), str):
        own += len(part["value"])
    nested = [*part.get("options", []), *part.get("choices", [])]
    return own + sum(_characters(entry) for entry in nested)
