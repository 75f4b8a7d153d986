"""Routes of the control API that make the playground misbehave."""

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import fault_models as models
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS
from guildwright.playground.control.models import BotView


@get("/faults", summary="Which faults wait for their requests", tags=["misbehave"], responses=REFUSALS)
async def get_faults(control: Access) -> models.FaultsView:
    """Oldest first."""
    return control.faults.all()


@post("/faults", summary="Let requests meet a fault", tags=["misbehave"], responses=REFUSALS)
async def add_fault(control: Access, data: JSONBody[models.NewFault]) -> models.FaultView:
    """A request meets every delay that matches, and the oldest other fault. A restart ends all of them."""
    return control.faults.add(data)


@post("/faults/events", summary="Let gateway events meet a fault", tags=["misbehave"], responses=REFUSALS)
async def add_event_fault(control: Access, data: JSONBody[models.NewEventFault]) -> models.EventFaultView:
    """An event meets the oldest fault that matches."""
    return control.faults.add_event(data)


@post(
    "/faults/gateway",
    summary="Disturb gateway connections now",
    tags=["misbehave"],
    responses=REFUSALS,
    status_code=200,
)
async def disturb_gateway(control: Access, data: JSONBody[models.GatewayFault]) -> models.SessionsView:
    """Happens once, to the sessions that there are."""
    return control.gateway_faults.act(data)


@post("/token", summary="Reset the bot's token", tags=["misbehave"], responses=REFUSALS, status_code=200)
async def reset_token(control: Access) -> BotView:
    """As in the developer portal: whoever is connected is closed with 4004, and the old token is answered with 401."""
    return control.gateway_faults.reset_token()


@delete("/faults/{fault_id:str}", summary="End a fault", tags=["misbehave"], responses=REFUSALS)
async def remove_fault(control: Access, fault_id: FromPath[str]) -> None:
    """Requests that it holds are cut off."""
    control.faults.remove(fault_id)


@delete("/faults", summary="Behave again", tags=["misbehave"], responses=REFUSALS)
async def clear_faults(control: Access) -> None:
    """Ends every fault, and every stall of a gateway connection."""
    control.faults.clear()


@get("/limits", summary="The rate limits of the REST API", tags=["misbehave"], responses=REFUSALS)
async def get_limits(control: Access) -> models.LimitsView:
    """Those of routes are Discord's own and cannot be changed."""
    return control.limits.show()


@patch("/limits", summary="Other rate limits", tags=["misbehave"], responses=REFUSALS)
async def change_limits(control: Access, data: JSONBody[models.ChangeLimits]) -> models.LimitsView:
    """Every counter starts again: this also lifts a ban. A restart brings Discord's limits back."""
    return control.limits.change(data)


ROUTES = (
    get_faults,
    add_fault,
    add_event_fault,
    disturb_gateway,
    reset_token,
    remove_fault,
    clear_faults,
    get_limits,
    change_limits,
)
