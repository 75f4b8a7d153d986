"""The authorise page's addresses, as Discord has them."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from guildwright.playground.ids import digits
from guildwright.playground.oauth import asked as links
from guildwright.playground.oauth import consent, grants
from guildwright.playground.oauth.asked import Asked, Unanswerable
from guildwright.playground.oauth.draw import FOLDER, Page
from guildwright.playground.once import OnceRouter
from guildwright.playground.playground import Playground
from guildwright.playground.records import User

_PATHS = ["/oauth2/authorize", "/api/v10/oauth2/authorize"]
_COOKIE = "guildwright_playground_person"

type _Request = Request[Any, Any, Any]
type _Answer = Response[str] | Redirect


def oauth_router(play: Playground) -> Router:
    """GET shows the people, then what is asked of the one who was picked; POST takes the answer."""
    page = Page(play)

    @get(_PATHS, sync_to_thread=False)
    def ask(request: Request[Any, Any, Any]) -> _Answer:
        try:
            asked = links.read(play.application, request.query_params)
        except Unanswerable as wrong:
            return page.wrong(str(wrong))
        if asked.fault:
            return Redirect(consent.fault(asked, asked.fault))
        straight = _straight(play, asked, _person(play, request.cookies.get(_COOKIE)))
        if straight:
            return Redirect(straight)
        user = _person(play, request.query_params.get("as"))
        if user is None:
            return page.people(asked, request)
        return page.consent(asked, request, user)

    @post(_PATHS, status_code=200)
    async def take(request: Request[Any, Any, Any]) -> _Answer:
        form = await request.form()
        try:
            asked = links.read(play.application, request.query_params)
        except Unanswerable as wrong:
            return page.wrong(str(wrong))
        user = _person(play, request.query_params.get("as"))
        if user is None:
            return page.people(asked, request)
        return _answered(play, page, asked, request, user, dict(form))

    return OnceRouter(path="/", route_handlers=[ask, take, *_assets()], include_in_schema=False)


def _answered(  # noqa: PLR0913, PLR0917 - an answer has these parts
    play: Playground, page: Page, asked: Asked, request: _Request, user: User, form: dict[str, Any]
) -> _Answer:
    if asked.fault or form.get("answer") != "authorise":
        return Redirect(consent.fault(asked, asked.fault or "access_denied")) if asked.redirect_uri else page.done(user)
    try:
        location = consent.approve(play, asked, user, digits(form.get("guild_id")))
    except consent.Refused as refusal:
        return page.consent(asked, request, user, str(refusal))
    response: _Answer = Redirect(location, status_code=303) if location else page.done(user, added=True)
    response.set_cookie(_COOKIE, str(user.id), httponly=True, samesite="lax")
    return response


def _straight(play: Playground, asked: Asked, user: User | None) -> str | None:
    """With `prompt=none`, whoever authorised as much before is not asked again; adding a bot always asks."""
    if asked.prompt != "none" or asked.adds_bot or user is None or not asked.redirect_uri:
        return None
    if not grants.consented(play, user.id, asked.scopes):
        return None
    return consent.approve(play, asked, user, None)


def _person(play: Playground, text: str | None) -> User | None:
    user = play.memory.users.get(digits(text) or 0)
    return None if user is None or user.bot else user


def _assets() -> list[ControllerRouterHandler]:
    return [create_static_files_router("/assets/oauth", [FOLDER / "static"], name="oauth")]
