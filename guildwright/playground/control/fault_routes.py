"""Routes of the control API that make the playground misbehave."""

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import fault_models as models
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@get("/faults", summary="Which faults wait for their requests", tags=["misbehave"], responses=REFUSALS)
async def get_faults(control: Access) -> models.FaultsView:
    """Oldest first."""
    return control.faults.all()


@post("/faults", summary="Let requests meet a fault", tags=["misbehave"], responses=REFUSALS)
async def add_fault(control: Access, data: JSONBody[models.NewFault]) -> models.FaultView:
    """A request meets every delay that matches, and the oldest other fault. A restart ends all of them."""
    return control.faults.add(data)


@delete("/faults/{fault_id:str}", summary="End a fault", tags=["misbehave"], responses=REFUSALS)
async def remove_fault(control: Access, fault_id: FromPath[str]) -> None:
    """Requests that it holds are cut off."""
    control.faults.remove(fault_id)


@delete("/faults", summary="Behave again", tags=["misbehave"], responses=REFUSALS)
async def clear_faults(control: Access) -> None:
    """Ends every fault."""
    control.faults.clear()


@get("/limits", summary="The rate limits of the REST API", tags=["misbehave"], responses=REFUSALS)
async def get_limits(control: Access) -> models.LimitsView:
    """Those of routes are Discord's own and cannot be changed."""
    return control.limits.show()


@patch("/limits", summary="Other rate limits", tags=["misbehave"], responses=REFUSALS)
async def change_limits(control: Access, data: JSONBody[models.ChangeLimits]) -> models.LimitsView:
    """Every counter starts again: this also lifts a ban. A restart brings Discord's limits back."""
    return control.limits.change(data)


ROUTES = (get_faults, add_fault, remove_fault, clear_faults, get_limits, change_limits)
