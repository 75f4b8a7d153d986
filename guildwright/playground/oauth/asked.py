"""What an application asks for with an authorisation link, checked."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from guildwright.playground.ids import digits
from guildwright.playground.oauth import scopes as known_scopes
from guildwright.playground.records import Application

_METHODS = {"S256", "plain"}


class Unanswerable(Exception):  # noqa: N818 - reads as the sentence it ends
    """The link is so wrong that nobody can be sent back; the message says why."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One authorisation link. `fault` is an OAuth2 error code that sends the person back at once."""

    scopes: tuple[str, ...]
    redirect_uri: str | None
    response_type: str
    state: str | None = None
    prompt: str = "consent"
    challenge: str | None = None
    challenge_method: str = "plain"
    guild_id: int | None = None
    guild_fixed: bool = False
    permissions: int | None = None
    fault: str | None = None

    @property
    def adds_bot(self) -> bool:
        """Whether a server has to be chosen."""
        return "bot" in self.scopes

    def back(self, **answer: str | None) -> str:
        """The application's own address, with the answer where this kind of link carries it."""
        said = {key: value for key, value in (answer | {"state": self.state}).items() if value is not None}
        parts = urlsplit(self.redirect_uri or "")
        if self.response_type == "token" and "error" not in said:
            return urlunsplit(parts._replace(fragment=urlencode(said)))
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *said.items()])
        return urlunsplit(parts._replace(query=query))


def read(application: Application, query: Mapping[str, str]) -> Asked:
    """Check a link's query.

    Raises:
        Unanswerable: unknown application, an address that is not registered, or nothing to answer to.
    """
    if query.get("client_id") != str(application.id):
        raise Unanswerable(f"Unknown application: client_id is {query.get('client_id', 'missing')[:40]!r}.")
    scopes = known_scopes.read(query.get("scope", ""))
    adding_only = scopes is not None and set(scopes) <= known_scopes.ADDING
    redirect_uri = query.get("redirect_uri") or None
    if redirect_uri is None and not adding_only:
        raise Unanswerable("Invalid OAuth2 redirect_uri: the link has none.")
    if redirect_uri is not None and redirect_uri not in application.redirect_uris:
        listed = ", ".join(application.redirect_uris) or "none"
        raise Unanswerable(
            f"Invalid OAuth2 redirect_uri: {redirect_uri[:200]!r} is not registered. Registered are: {listed}. "
            "Register it with PUT /control/oauth2/redirects."
        )
    if redirect_uri is None and scopes is None:
        raise Unanswerable("The requested scope is invalid, unknown, or malformed.")
    asked = Asked(
        scopes=scopes or (),
        redirect_uri=redirect_uri,
        response_type=query.get("response_type", "code" if adding_only else ""),
        state=query.get("state"),
        prompt=query.get("prompt", "consent"),
        challenge=query.get("code_challenge"),
        challenge_method=query.get("code_challenge_method", "plain"),
        guild_id=digits(query.get("guild_id")),
        guild_fixed=query.get("disable_guild_select", "").casefold() == "true",
        permissions=digits(query.get("permissions")),
    )
    return msgspec.structs.replace(asked, fault=_fault(asked))


def _fault(asked: Asked) -> str | None:
    if asked.response_type not in {"code", "token"}:
        return "unsupported_response_type"
    if not asked.scopes:
        return "invalid_scope"
    if asked.challenge is not None and asked.challenge_method not in _METHODS:
        return "invalid_request"
    return None


FAULTS = {
    "unsupported_response_type": "The authorization server does not support obtaining an authorization code using "
    "this method.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "invalid_request": "The code_challenge_method is not supported.",
    "access_denied": "The resource owner or authorization server denied the request",
}
