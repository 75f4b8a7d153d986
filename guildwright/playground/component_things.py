"""What components name by its id and cannot do without: custom emojis, and SKUs of premium buttons."""

from collections.abc import Iterable, Iterator

from guildwright.playground.bodies.inputs import INVALID_EMOJI
from guildwright.playground.errors import Faults
from guildwright.playground.memory import Memory
from guildwright.playground.records import Json

_LISTS, _PARTS = ("components", "options"), ("accessory", "component")


def check(memory: Memory, components: Iterable[Json], path: str = "components") -> None:
    """Refuse components that name what there is not.

    Raises:
        DiscordError: 50035.
    """
    faults = Faults()
    for place, part in _parts(components, path):
        number = (part.get("emoji") or {}).get("id")
        if number and int(number) not in memory.emojis:
            faults.add(f"{place}.emoji.id", *INVALID_EMOJI)
        sku = part.get("sku_id")
        if sku and int(sku) not in memory.skus:
            faults.add(f"{place}.sku_id", "BUTTON_COMPONENT_INVALID_SKU_ID", "Invalid SKU")
    faults.check()


def _parts(components: Iterable[Json], path: str) -> Iterator[tuple[str, Json]]:
    """Every component and every option of a select, with its place in the body."""
    for index, component in enumerate(components):
        yield from _within(component, f"{path}.{index}")


def _within(component: Json, place: str) -> Iterator[tuple[str, Json]]:
    yield place, component
    for name in _LISTS:
        yield from _parts(component.get(name) or (), f"{place}.{name}")
    for name in _PARTS:
        if name in component:
            yield from _within(component[name], f"{place}.{name}")
