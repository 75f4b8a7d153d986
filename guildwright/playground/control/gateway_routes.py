"""Routes of the control API for voice, presence, typing, and the gateway's limits."""

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from guildwright.playground.control import gateway_requests as requests
from guildwright.playground.control import models, oracle
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@get("/voice", summary="Who is in voice", tags=["read"], responses=REFUSALS)
async def get_voice(control: Access, guild_id: FromQuery[str]) -> models.VoiceView:
    """Of one guild, with what of theirs is off."""
    return control.presence.voice(guild_id)


@put("/voice", summary="Join, move, leave, mute or deafen in voice as a member", tags=["act"], responses=REFUSALS)
async def edit_voice(control: Access, data: JSONBody[requests.EditVoice]) -> models.VoiceView:
    """Returns who is in the guild's voice now. Discord's permissions and the channel's `user_limit` apply."""
    return control.presence.edit_voice(data)


@get("/presence", summary="Who is there", tags=["read"], responses=REFUSALS)
async def get_presence(control: Access, guild_id: FromQuery[str]) -> models.PresencesView:
    """Status by user id; whoever is not listed is offline."""
    return control.presence.presences(guild_id)


@put("/presence", summary="Come, go, or say what one does", tags=["act"], responses=REFUSALS)
async def edit_presence(control: Access, data: JSONBody[requests.EditPresence]) -> models.PresenceView:
    """As a person, in all of their guilds."""
    return control.presence.edit_presence(data)


@post("/typing", summary="Type as a member", tags=["act"], responses=REFUSALS, status_code=204)
async def start_typing(control: Access, data: JSONBody[requests.Typing]) -> None:
    """The bot is told TYPING_START."""
    control.presence.typing(data)


@put("/guilds/{guild_id:str}/outage", summary="Make a guild unavailable", tags=["arrange"], responses=REFUSALS)
async def set_outage(control: Access, guild_id: FromPath[str], data: JSONBody[requests.Outage]) -> models.OutagesView:
    """The bot is told GUILD_DELETE with `unavailable`, and at the end GUILD_CREATE. A restart ends all outages."""
    return control.presence.outage(guild_id, data)


@get("/gateway/limits", summary="The bot's limits at the gateway", tags=["read"], responses=REFUSALS)
async def get_gateway_limits(control: Access) -> oracle.GatewayLimitsView:
    """Concurrency, and the budget of session starts."""
    return control.presence.gateway_limits()


@put("/gateway/limits", summary="Other limits at the gateway", tags=["arrange"], responses=REFUSALS)
async def edit_gateway_limits(control: Access, data: JSONBody[requests.EditGateway]) -> oracle.GatewayLimitsView:
    """What is absent stays."""
    return control.presence.edit_gateway(data)


ROUTES = (
    get_voice,
    edit_voice,
    get_presence,
    edit_presence,
    start_typing,
    set_outage,
    get_gateway_limits,
    edit_gateway_limits,
)
