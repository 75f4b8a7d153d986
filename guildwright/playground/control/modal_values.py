"""What a member filled into a modal, checked as Discord's client does, in the payload's form."""

from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.control.errors import invalid
from guildwright.playground.control.requests import SubmitModal
from guildwright.playground.control.uploads import Bag
from guildwright.playground.control.values import Chooser, check_offered, preset
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json

type Filled = str | bool | list[str]

_LONGEST = 4000


class _Filler(Chooser):
    """Also takes files."""

    def __init__(self, play: Playground, channel: Channel, user_id: int, bag: Bag) -> None:
        super().__init__(play, channel, user_id)
        self._bag = bag

    def upload(self, component: Json, places: list[str], field: str) -> list[str]:
        """The ids of the files."""
        self.check_number(component, len(places), field)
        entries = [self._bag.take(place, field) for place in places]
        for entry in entries:
            self.resolved.attachment(entry)
        return [str(entry["id"]) for entry in entries]


def filled_in(play: Playground, channel: Channel, user_id: int, opened: Json, sent: SubmitModal) -> Json:
    """The data of a modal submission: what was `sent` for the modal that was `opened`."""
    bag = Bag(play, channel, sent.files)
    filler = _Filler(play, channel, user_id, bag)
    left = dict(sent.values)
    components = [_part(filler, part, left) for part in opened["components"]]
    if left:
        raise invalid(f"values.{next(iter(left))}", "This modal has no such input.")
    bag.check_empty()
    return {"custom_id": opened["custom_id"], "components": components} | filler.resolved.as_json()


def _part(filler: _Filler, part: Json, left: dict[str, Filled]) -> Json:
    body: Json = {"type": part["type"], "id": part["id"]}
    if part["type"] == Kind.ACTION_ROW:
        return body | {"components": [_input(filler, entry, left) for entry in part["components"]]}
    if part["type"] == Kind.LABEL:
        return body | {"component": _input(filler, part["component"], left)}
    return body


def _input(filler: _Filler, component: Json, left: dict[str, Filled]) -> Json:
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
            return body | {"values": _several(filler, component, given, field)}


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


def _several(filler: _Filler, component: Json, given: Filled | None, field: str) -> list[str]:
    if isinstance(given, bool):
        raise invalid(field, "This input takes a list of values.")
    listed = [given] if isinstance(given, str) else preset(component) if given is None else given
    if not listed and not component.get("required", True):
        return []
    if component["type"] == Kind.FILE_UPLOAD:
        return filler.upload(component, listed, field)
    return filler.choose(component, listed, field)
