"""Routes of the control API for worlds and traffic on order."""

from litestar import delete, get, post
from litestar.params import JSONBody

from guildwright.playground.control import generator
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS

_TRAFFIC = "/traffic-generator"


@post("/seed", summary="Make many guilds with many members", tags=["arrange"], responses=REFUSALS)
async def seed_world(control: Access, data: JSONBody[generator.Seed]) -> generator.SeedView:
    """Returns when all are there: 1,000 guilds of 200 take some ten seconds."""
    return await control.generators.seed(data)


@post(_TRAFFIC, summary="Let members act by themselves", tags=["arrange"], responses=REFUSALS, status_code=200)
async def start_traffic(control: Access, data: JSONBody[generator.Traffic]) -> generator.TrafficGeneratorView:
    """Begins at once, in place of what ran before."""
    return control.generators.start(data)


@get(_TRAFFIC, summary="How far the acting members are", tags=["read"], responses=REFUSALS)
async def get_traffic_generator(control: Access) -> generator.TrafficGeneratorView:
    """The last one's figures stay until the next one starts."""
    return control.generators.status()


@delete(_TRAFFIC, summary="Let acting members rest", tags=["arrange"], responses=REFUSALS, status_code=200)
async def stop_traffic(control: Access) -> generator.TrafficGeneratorView:
    """What they did stays."""
    return control.generators.stop()


ROUTES = (seed_world, start_traffic, get_traffic_generator, stop_traffic)
