"""Draws the authorise page: no script, a strict policy, and forms that lead to the application only."""

import heapq
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from litestar import Request, Response

from guildwright.playground.bits import Permission
from guildwright.playground.oauth import consent
from guildwright.playground.oauth.asked import Asked
from guildwright.playground.oauth.scopes import SCOPES
from guildwright.playground.playground import Playground
from guildwright.playground.records import User

FOLDER = Path(__file__).parent
_MOST_PEOPLE = 50
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)

type _Request = Request[Any, Any, Any]


class Page:
    """The page's four looks."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        loader = FileSystemLoader(FOLDER / "templates")
        self._templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)

    def people(self, asked: Asked, request: _Request) -> Response[str]:
        """Who is it?"""
        query = {name: value for name, value in request.query_params.items() if name not in {"as", "q"}}
        sought = request.query_params.get("q", "").strip()
        people = [self._person(user, query) for user in self._found(sought.casefold())]
        return self._html("people.html", asked, query=query, sought=sought, people=people, most=_MOST_PEOPLE)

    def _found(self, sought: str) -> list[User]:
        memory = self._play.memory
        owners = {guild.owner_id for guild in memory.guilds.values()}
        named = (
            user
            for user in memory.users.values()
            if not user.bot and sought in f"{user.username} {user.global_name or ''}".casefold()
        )
        return heapq.nsmallest(_MOST_PEOPLE, named, key=lambda user: (user.id not in owners, user.username))

    def _person(self, user: User, query: dict[str, str]) -> dict[str, str]:
        memory = self._play.memory
        owned = [guild.name for guild in memory.guilds.values() if guild.owner_id == user.id]
        note = f"owner of {owned[0]}" if owned else ""
        name = user.global_name or user.username
        return {"name": name, "username": user.username, "note": note, "href": f"?{_with(query, user)}"}

    def consent(self, asked: Asked, request: _Request, user: User, error: str | None = None) -> Response[str]:
        """What is asked of this person."""
        query = {name: value for name, value in request.query_params.items() if name not in {"as", "q"}}
        guilds = consent.manageable(self._play, user) if asked.adds_bot else []
        if asked.guild_fixed and asked.guild_id is not None:
            guilds = [guild for guild in guilds if guild.id == asked.guild_id]
        rights = [str(flag.name) for flag in Permission if flag & (asked.permissions or 0)]
        return self._html(
            "consent.html",
            asked,
            422 if error else 200,
            user=user,
            wishes=[SCOPES[scope] for scope in asked.scopes],
            guilds=guilds,
            rights=[name.replace("_", " ").capitalize() for name in rights],
            others=f"?{urlencode(query)}",
            error=error,
        )

    def done(self, user: User, *, added: bool = False) -> Response[str]:
        """Nobody to send the person back to."""
        return self._html("done.html", None, user=user, added=added)

    def wrong(self, reason: str) -> Response[str]:
        """A link that leads nowhere."""
        return self._html("wrong.html", None, 400, reason=reason)

    def _html(self, template: str, asked: Asked | None, status: int = 200, **values: Any) -> Response[str]:  # noqa: ANN401 - what the template shows
        html = self._templates.get_template(template).render(app=self._play.application, asked=asked, **values)
        headers = {
            "Content-Security-Policy": f"{_POLICY} {_origin(asked)}".strip(),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(html, status_code=status, media_type="text/html", headers=headers)


def _with(query: dict[str, str], user: User) -> str:
    return urlencode(query | {"as": str(user.id)})


def _origin(asked: Asked | None) -> str:
    """Browsers hold a form's whole way against `form-action`, and the way ends at the application."""
    if asked is None or asked.redirect_uri is None:
        return ""
    parts = urlsplit(asked.redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
