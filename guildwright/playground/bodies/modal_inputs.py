"""What only modals have: radio buttons, checkboxes and file uploads, each inside a label."""

from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.records import Json

KINDS = frozenset({Kind.FILE_UPLOAD, Kind.RADIO_GROUP, Kind.CHECKBOX_GROUP, Kind.CHECKBOX})
_MOST = 10


def read(fields: Fields, kind: Kind) -> Json:
    """A checked input, with Discord's defaults filled in."""
    body: Json = {"custom_id": fields.text("custom_id", 100, shortest=1, needed=True) or ""}
    if kind == Kind.CHECKBOX:
        return body | {"default": fields.flag("default")}
    body["required"] = fields.flag("required", default=True)
    if kind == Kind.RADIO_GROUP:
        options = _options(fields, least=2)
        if sum(option["default"] for option in options) > 1:
            fields.fault("options", "RADIO_GROUP_TOO_MANY_DEFAULTS", "Only one option can be chosen by default.")
        return body | {"options": options}
    if kind == Kind.CHECKBOX_GROUP:
        body["options"] = _options(fields, least=1)
    usual = len(body["options"]) if "options" in body else 1
    return body | _bounds(fields, most=usual, required=body["required"])


def _bounds(fields: Fields, *, most: int, required: bool) -> Json:
    """How many may be chosen; something required cannot be chosen zero times."""
    lowest, highest = fields.number("min_values", 0, _MOST), fields.number("max_values", 1, _MOST)
    least = 1 if lowest is None else lowest
    most = max(most, 1) if highest is None else highest
    if required and least == 0:
        message = "min_values must be at least 1 when the component is required."
        fields.fault("min_values", "COMPONENT_REQUIRED_MIN_VALUES", message)
    elif least > most:
        fields.fault("min_values", "SELECT_COMPONENT_MIN_MAX", "The minimum is above the maximum.")
    return {"min_values": least, "max_values": most}


def _options(fields: Fields, least: int) -> list[Json]:
    options: list[Json] = []
    for entry in fields.objects("options", _MOST, least=least):
        option: Json = {
            "label": entry.text("label", 100, shortest=1, needed=True),
            "value": entry.text("value", 100, shortest=1, needed=True),
            "default": entry.flag("default"),
        }
        if any(known["value"] == option["value"] for known in options):
            message = "The specified option value is already used"
            entry.fault("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        description = entry.text("description", 100)
        options.append(option | {"description": description} if description else option)
    return options
