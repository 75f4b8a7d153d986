"""Message components: their limits, and the form in which Discord returns them."""

from collections.abc import Iterable, Iterator

from guildwright.playground.bodies.fields import Fields
from guildwright.playground.records import Json


def read(fields: Fields, *, version_two: bool) -> tuple[Json, ...] | None:
    """The components of a message body; None when it does not mention them."""
    if "components" not in fields.body:
        return None
    del version_two
    return tuple(dict(entry.body) for entry in fields.objects("components", 40))


def texts(components: Iterable[Json]) -> Iterator[str]:
    """The text of every text display."""
    for component in components:
        if component.get("type") == 10:  # noqa: PLR2004
            yield component["content"]
        yield from texts(component.get("components", ()))
