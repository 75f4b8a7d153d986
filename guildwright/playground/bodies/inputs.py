"""The components that a member uses or looks at: buttons, selects, text inputs, pictures."""

from guildwright.playground import symbols
from guildwright.playground.bits import CHANNEL_TYPES
from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.records import Json

_LINK, _PREMIUM = 5, 6
_LONGEST_LINK = 512
_LONGEST_CUSTOM_ID = 100
# Discord says so of an option's emoji, too.
INVALID_EMOJI = ("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
_DEFAULTS = {
    Kind.USER_SELECT: {"user"},
    Kind.ROLE_SELECT: {"role"},
    Kind.MENTIONABLE_SELECT: {"user", "role"},
    Kind.CHANNEL_SELECT: {"channel"},
}


def _custom_id(fields: Fields) -> str:
    return fields.text("custom_id", _LONGEST_CUSTOM_ID, shortest=1, needed=True) or ""


def _emoji(fields: Fields) -> Json:
    part = fields.object("emoji")
    if part is None:
        return {}
    number = part.snowflake("id")
    emoji: Json = {"name": part.text("name", 100) or ""}
    if number:
        emoji |= {"id": str(number), "animated": part.flag("animated")}
    elif not emoji["name"]:
        part.missing("name")
    elif symbols.written(emoji["name"]) is None:
        part.fault("name", *INVALID_EMOJI)
    return {"emoji": emoji}


def button(fields: Fields) -> Json:
    """A button: a custom_id or, for the link style, a URL; a label or an emoji."""
    style = fields.choice("style", {1, 2, 3, 4, _LINK, _PREMIUM}, needed=True)
    body: Json = {"style": style, "disabled": fields.flag("disabled"), **_emoji(fields)}
    label = fields.text("label", 80)
    if label:
        body["label"] = label
    if style == _LINK:
        body["url"] = fields.link("url", schemes=("http", "https", "discord"), needed=True, longest=_LONGEST_LINK)
        if fields.body.get("custom_id") is not None:
            message = "A custom id and url cannot both be specified"
            fields.fault("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif style == _PREMIUM:
        sku = fields.snowflake("sku_id", needed=True)
        return body | {"sku_id": str(sku)}
    elif style:
        body["custom_id"] = _custom_id(fields)
        if fields.body.get("url") is not None:
            message = "A custom id and url cannot both be specified"
            fields.fault("url", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    if not label and "emoji" not in body:
        fields.fault("label", "BUTTON_COMPONENT_LABEL_REQUIRED", "A button must have a label or an emoji")
    return body


def select(fields: Fields, kind: Kind, *, modal: bool) -> Json:
    """A select menu of any kind."""
    least = fields.number("min_values", 0, 25)
    most = fields.number("max_values", 1, 25)
    body: Json = {
        "custom_id": _custom_id(fields),
        "min_values": 1 if least is None else least,
        "max_values": 1 if most is None else most,
        "disabled": fields.flag("disabled"),
    }
    if modal:
        body["required"] = fields.flag("required", default=True)
        _check_in_modal(fields, body)
    if body["min_values"] > body["max_values"]:
        fields.fault("min_values", "SELECT_COMPONENT_MIN_MAX", "The minimum is above the maximum.")
    placeholder = fields.text("placeholder", 150)
    if placeholder:
        body["placeholder"] = placeholder
    if kind == Kind.STRING_SELECT:
        body["options"] = _options(fields, body["max_values"])
        return body
    if kind == Kind.CHANNEL_SELECT and fields.body.get("channel_types"):
        body["channel_types"] = fields.numbers("channel_types", CHANNEL_TYPES)
    defaults = [_default(entry, _DEFAULTS[kind]) for entry in fields.objects("default_values", 25)]
    if defaults and not body["min_values"] <= len(defaults) <= body["max_values"]:
        message = "The number of default values must be in the range of min_values and max_values."
        fields.fault("default_values", "SELECT_COMPONENT_INVALID_DEFAULT_VALUES", message)
    return body | {"default_values": defaults} if defaults else body


def _check_in_modal(fields: Fields, body: Json) -> None:
    if body["disabled"]:
        fields.fault("disabled", "COMPONENT_DISABLED_IN_MODAL", "Modals cannot have disabled components.")
    if body["required"] and body["min_values"] == 0:
        message = "min_values must be at least 1 when the component is required."
        fields.fault("min_values", "COMPONENT_REQUIRED_MIN_VALUES", message)


def _options(fields: Fields, most: int) -> list[Json]:
    options = []
    for entry in fields.objects("options", 25, least=1):
        option: Json = {
            "label": entry.text("label", 100, shortest=1, needed=True),
            "value": entry.text("value", 100, shortest=1, needed=True),
            "default": entry.flag("default"),
            **_emoji(entry),
        }
        description = entry.text("description", 100)
        options.append(option | {"description": description} if description else option)
        if [known["value"] for known in options].count(option["value"]) > 1:
            entry.fault(
                "value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
            )
    if 0 < len(options) < most:
        fields.fault("options", "BASE_TYPE_BAD_LENGTH", f"Must be between {most} and 25 in length.")
    if sum(option["default"] for option in options) > most:
        fields.fault("options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "More default values than max_values.")
    return options


def _default(fields: Fields, kinds: set[str]) -> Json:
    kind = fields.text("type", 10, needed=True)
    if kind not in kinds:
        fields.fault("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(kinds)}.")
    return {"id": str(fields.snowflake("id", needed=True)), "type": kind}


def text_input(fields: Fields) -> Json:
    """A line or paragraph to fill in."""
    body: Json = {
        "custom_id": _custom_id(fields),
        "style": fields.choice("style", {1, 2}, needed=True),
        "label": fields.text("label", 45),
        "min_length": fields.number("min_length", 0, 4000),
        "max_length": fields.number("max_length", 1, 4000),
        "required": fields.flag("required", default=True),
        "value": fields.text("value", 4000),
        "placeholder": fields.text("placeholder", 100),
    }
    if (body["min_length"] or 0) > (body["max_length"] or 4000):
        fields.fault("min_length", "TEXT_INPUT_MIN_MAX", "The minimum is above the maximum.")
    return {name: value for name, value in body.items() if value is not None}


def media_item(fields: Fields, name: str) -> Json:
    """A picture by its URL, or one of the message's own files."""
    body: Json = {name: _media(fields, name, ("http", "https", "attachment")), "spoiler": fields.flag("spoiler")}
    return body | {"description": fields.text("description", 1024)}


def file(fields: Fields) -> Json:
    """One of the message's own files; its name and size are added when they are known."""
    return {"file": _media(fields, "file", ("attachment",)), "spoiler": fields.flag("spoiler")}


def _media(fields: Fields, name: str, schemes: tuple[str, ...]) -> Json:
    media = fields.object(name)
    if media is None:
        fields.missing(name)
        return {}
    url = media.link("url", schemes=schemes, needed=True)
    return {"id": "0", "url": url, "proxy_url": url, "width": None, "height": None, "content_type": None}
