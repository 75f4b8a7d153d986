"""Routes of the control API about accounts: private messages, sign-in with OAuth2, purchases."""

from litestar import post, put
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import account_requests as requests
from guildwright.playground.control import models
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@put("/users/{user_id:str}/dms", summary="Close or open private messages", tags=["arrange"], responses=REFUSALS)
async def switch_dms(
    control: Access, user_id: FromPath[str], data: JSONBody[requests.PrivateMessages]
) -> models.UserView:
    """While they are closed, what the bot writes in private is refused with 50007, as Discord does."""
    return control.accounts.switch_dms(user_id, data)


@put("/oauth2/redirects", summary="Register redirect addresses", tags=["arrange"], responses=REFUSALS)
async def register_redirects(control: Access, data: JSONBody[requests.Redirects]) -> models.BotView:
    """As in the developer portal's page "OAuth2"; what is not in the list is no longer registered."""
    return control.accounts.register_redirects(data)


@post("/oauth2/authorizations", summary="Authorise an application as a person", tags=["act"], responses=REFUSALS)
async def authorise(control: Access, data: JSONBody[requests.Authorise]) -> models.AuthorizationView:
    """What the page at `/oauth2/authorize` does, for scripts: returns where the person is sent, with the code."""
    return control.accounts.authorise(data)


@put(
    "/guilds/{guild_id:str}/commands/{command_id:str}/permissions",
    summary="Decide who may use a command",
    tags=["act"],
    responses=REFUSALS,
)
async def decide_command(
    control: Access, guild_id: FromPath[str], command_id: FromPath[str], data: JSONBody[requests.CommandDecision]
) -> models.CommandDecisionView:
    """As in the server settings, page "Integrations". Under the application's id: about all of its commands."""
    return control.accounts.decide_command(guild_id, command_id, data)


ROUTES = (switch_dms, register_redirects, authorise, decide_command)
