"""Message and modal components: their limits, and the form in which Discord returns them (with ids and defaults)."""

from collections.abc import Iterable, Iterator

from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.bodies import inputs, modal_inputs
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.records import Json

MOST_ROWS = 5
MOST_IN_TOTAL = 40
MOST_TEXT = 4000
_SELECTS = {Kind.STRING_SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
_IN_CONTAINER = {Kind.ACTION_ROW, Kind.SECTION, Kind.TEXT_DISPLAY, Kind.MEDIA_GALLERY, Kind.FILE, Kind.SEPARATOR}
_TOP_LEVEL = _IN_CONTAINER | {Kind.CONTAINER}
_IN_MODAL = {Kind.ACTION_ROW, Kind.TEXT_DISPLAY, Kind.LABEL}
_IN_LABEL = _SELECTS | {Kind.TEXT_INPUT} | modal_inputs.KINDS


def read(fields: Fields, *, version_two: bool) -> tuple[Json, ...] | None:
    """The components of a message body; None when it does not mention them."""
    if "components" not in fields.body:
        return None
    entries = fields.objects("components", MOST_IN_TOTAL if version_two else MOST_ROWS)
    reader = _Reader(fields)
    allowed = _TOP_LEVEL if version_two else {Kind.ACTION_ROW}
    components = tuple(reader.one(entry, allowed) for entry in entries)
    if reader.count > MOST_IN_TOTAL:
        message = f"Must have at most {MOST_IN_TOTAL} components in total."
        fields.fault("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if sum(len(text) for text in texts(components)) > MOST_TEXT:
        message = f"The total text must be {MOST_TEXT} or fewer in length."
        fields.fault("components", "COMPONENT_MAX_TOTAL_TEXT_EXCEEDED", message)
    return components


def read_modal(fields: Fields) -> list[Json]:
    """The components of a modal."""
    reader = _Reader(fields, modal=True)
    return [reader.one(entry, _IN_MODAL) for entry in fields.objects("components", MOST_ROWS, least=1)]


def texts(components: Iterable[Json]) -> Iterator[str]:
    """The text of every text display."""
    for component in components:
        if component.get("type") == Kind.TEXT_DISPLAY:
            yield component.get("content") or ""
        yield from texts(component.get("components", ()))


def interactive(components: Iterable[Json]) -> Iterator[Json]:
    """Everything that has a custom_id, at whatever depth."""
    for component in components:
        if component.get("custom_id") is not None:
            yield component
        yield from interactive(component.get("components", ()))
        for name in ("accessory", "component"):
            if name in component:
                yield from interactive((component[name],))


def _given_ids(part: object) -> Iterator[int]:
    """The ids that a body gives its components, at whatever depth."""
    if isinstance(part, list):
        for entry in part:
            yield from _given_ids(entry)
    elif isinstance(part, dict):
        number = part.get("id")
        if isinstance(number, int) and number:
            yield number
        for name in ("components", "accessory", "component"):
            yield from _given_ids(part.get(name))


class _Reader:
    """Counts, and gives every component an id: its own, or the next that none has."""

    def __init__(self, fields: Fields, *, modal: bool = False) -> None:
        self.count = 0
        self._given = list(_given_ids(fields.body.get("components")))
        self._last = 0
        self._modal = modal
        self._custom_ids: set[str] = set()

    def one(self, fields: Fields, allowed: set[Kind]) -> Json:
        """One component with what is in it."""
        self.count += 1
        number = fields.number("id", 0, (1 << 31) - 1) or self._next_id()
        if self._given.count(number) > 1:
            fields.fault("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        kind = fields.choice("type", {int(entry) for entry in allowed}, needed=True)
        if kind is None:
            return {"type": 0, "id": number}
        return {"type": kind, "id": number, **self._body(fields, Kind(kind))}

    def _next_id(self) -> int:
        self._last += 1
        while self._last in self._given:
            self._last += 1
        return self._last

    def _body(self, fields: Fields, kind: Kind) -> Json:  # noqa: PLR0911 - one arm per kind
        match kind:
            case Kind.ACTION_ROW:
                return {"components": self._row(fields)}
            case Kind.SECTION:
                return self._section(fields)
            case Kind.CONTAINER:
                return self._container(fields)
            case Kind.LABEL:
                return self._label(fields)
            case Kind.TEXT_DISPLAY:
                return {"content": fields.text("content", MOST_TEXT, shortest=1, needed=True)}
            case Kind.THUMBNAIL:
                return inputs.media_item(fields, "media")
            case Kind.MEDIA_GALLERY:
                return {"items": [inputs.media_item(item, "media") for item in fields.objects("items", 10, least=1)]}
            case Kind.FILE:
                return inputs.file(fields)
            case Kind.SEPARATOR:
                return {
                    "divider": fields.flag("divider", default=True),
                    "spacing": fields.choice("spacing", {1, 2}) or 1,
                }
            case _:
                return self._unique(fields, self._input(fields, kind))

    def _input(self, fields: Fields, kind: Kind) -> Json:
        if kind == Kind.BUTTON:
            return inputs.button(fields)
        if kind == Kind.TEXT_INPUT:
            return inputs.text_input(fields)
        if kind in modal_inputs.KINDS:
            return modal_inputs.read(fields, kind)
        return inputs.select(fields, kind, modal=self._modal)

    def _unique(self, fields: Fields, body: Json) -> Json:
        custom_id = body.get("custom_id")
        if isinstance(custom_id, str):
            if custom_id in self._custom_ids:
                message = "Component custom id cannot be duplicated"
                fields.fault("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            self._custom_ids.add(custom_id)
        return body

    def _row(self, fields: Fields) -> list[Json]:
        allowed = {Kind.TEXT_INPUT} if self._modal else _SELECTS | {Kind.BUTTON}
        entries = fields.objects("components", 5, least=1)
        components = [self.one(entry, allowed) for entry in entries]
        for entry in entries:
            if self._modal and not entry.body.get("label"):
                entry.missing("label")
        wide = [component for component in components if component["type"] != Kind.BUTTON]
        if wide and len(components) > 1:
            message = "The specified component exceeds the maximum width"
            fields.fault("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        return components

    def _section(self, fields: Fields) -> Json:
        accessory = fields.object("accessory")
        if accessory is None:
            fields.missing("accessory")
            return {}
        entries = fields.objects("components", 3, least=1)
        return {
            "components": [self.one(entry, {Kind.TEXT_DISPLAY}) for entry in entries],
            "accessory": self.one(accessory, {Kind.BUTTON, Kind.THUMBNAIL}),
        }

    def _container(self, fields: Fields) -> Json:
        entries = fields.objects("components", MOST_IN_TOTAL, least=1)
        return {
            "accent_color": fields.number("accent_color", 0, 0xFFFFFF),
            "spoiler": fields.flag("spoiler"),
            "components": [self.one(entry, _IN_CONTAINER) for entry in entries],
        }

    def _label(self, fields: Fields) -> Json:
        body: Json = {"label": fields.text("label", 45, shortest=1, needed=True)}
        description = fields.text("description", 100)
        nested = fields.object("component")
        if nested is None:
            fields.missing("component")
            return body
        body |= {"description": description} if description else {}
        return body | {"component": self.one(nested, _IN_LABEL)}
