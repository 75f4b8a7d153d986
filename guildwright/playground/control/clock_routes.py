"""Routes of the control API that move time."""

from litestar import delete, get, patch
from litestar.params import JSONBody

from guildwright.playground.control import fault_models as models
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@get("/clock", summary="What the playground's clock shows", tags=["misbehave"], responses=REFUSALS)
async def get_clock(control: Access) -> models.ClockView:
    """In UTC."""
    return control.time.show()


@patch("/clock", summary="Move or hurry the playground's clock", tags=["misbehave"], responses=REFUSALS)
async def change_clock(control: Access, data: JSONBody[models.ChangeClock]) -> models.ClockView:
    """All deadlines, windows and expiries follow it, also after a restart; heartbeats stay in the client's time."""
    return control.time.change(data)


@delete("/clock", summary="Show the machine's time again", tags=["misbehave"], responses=REFUSALS, status_code=200)
async def reset_clock(control: Access) -> models.ClockView:
    """Ids that were made in the future stay, and new ones come after them."""
    return control.time.reset()


ROUTES = (get_clock, change_clock, reset_clock)
