"""Routes of the control API about accounts: private messages, sign-in with OAuth2, purchases."""

from litestar import put
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


ROUTES = (switch_dms,)
