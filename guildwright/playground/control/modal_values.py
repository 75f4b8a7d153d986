"""What a member filled into a modal, checked as Discord's client does, in the payload's form."""

from collections.abc import Mapping

from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.control.errors import invalid
from guildwright.playground.control.values import Chooser, check_offered, preset
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json

type Filled = str | bool | list[str]

_LONGEST = 4000


def filled_in(play: Playground, channel: Channel, user_id: int, modal: Json, values: Mapping[str, Filled]) -> Json:
    """The data of a modal submission."""
    chooser = Chooser(play, channel, user_id)
    left = dict(values)
    components = [_part(chooser, part, left) for part in modal["components"]]
    if left:
        raise invalid(f"values.{next(iter(left))}", "This modal has no such input.")
    return {"custom_id": modal["custom_id"], "components": components} | chooser.resolved.as_json()


def _part(chooser: Chooser, part: Json, left: dict[str, Filled]) -> Json:
    body: Json = {"type": part["type"], "id": part["id"]}
    if part["type"] == Kind.ACTION_ROW:
        return body | {"components": [_input(chooser, entry, left) for entry in part["components"]]}
    if part["type"] == Kind.LABEL:
        return body | {"component": _input(chooser, part["component"], left)}
    return body


def _input(chooser: Chooser, component: Json, left: dict[str, Filled]) -> Json:
    custom_id = component["custom_id"]
    field = f"values.{custom_id}"
    given = left.pop(custom_id, None)
    body: Json = {"type": component["type"], "id": component["id"], "custom_id": custom_id}
    match component["type"]:
        case Kind.TEXT_INPUT:
            return body | {"value": _typed(component, component.get("value", "") if given is None else given, field)}
        case Kind.CHECKBOX:
            return body | {"value": _ticked(component["default"] if given is None else given, field)}
        case Kind.RADIO_GROUP:
            return body | {"value": _one(component, given, field)}
        case _:
            return body | {"values": _several(chooser, component, given, field)}


def _typed(component: Json, value: Filled, field: str) -> str:
    if not isinstance(value, str):
        raise invalid(field, "This input takes text.")
    required = component.get("required", True)
    if not value and not required:
        return value
    least, most = component.get("min_length", 0), component.get("max_length", _LONGEST)
    least = max(least, 1) if required else least
    if not least <= len(value) <= most:
        raise invalid(field, f"This input takes {least} to {most} characters, not {len(value)}.")
    return value


def _ticked(value: Filled, field: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(field, "A checkbox takes true or false.")
    return value


def _one(component: Json, given: Filled | None, field: str) -> str | None:
    chosen = next(iter(preset(component)), None) if given is None else given
    if chosen is None or chosen == "":
        if component["required"]:
            raise invalid(field, "One of the options has to be chosen.")
        return None
    if not isinstance(chosen, str):
        raise invalid(field, "Exactly one option can be chosen, as text.")
    check_offered(component, chosen, field)
    return chosen


def _several(chooser: Chooser, component: Json, given: Filled | None, field: str) -> list[str]:
    if isinstance(given, bool):
        raise invalid(field, "This input takes a list of values.")
    listed = [given] if isinstance(given, str) else preset(component) if given is None else given
    if not listed and not component.get("required", True):
        return []
    if component["type"] == Kind.FILE_UPLOAD:
        raise invalid(field, "The playground takes no files here yet.")
    return chooser.choose(component, listed, field)
