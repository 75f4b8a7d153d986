"""Modals: their limits."""

from guildwright.playground.bodies import components
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import Faults
from guildwright.playground.records import Json


def read(data: Json) -> Json:
    """A checked modal."""
    faults = Faults()
    fields = Fields(data, faults, "data")
    modal: Json = {
        "custom_id": fields.text("custom_id", 100, shortest=1, needed=True),
        "title": fields.text("title", 45, shortest=1, needed=True),
        "components": components.read_modal(fields),
    }
    faults.check()
    return modal
