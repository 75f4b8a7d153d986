"""OAuth2 as applications call it: tokens for codes, refreshing, revoking, and what a token stands for."""

import base64
import binascii
import secrets
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post

from guildwright.playground import render
from guildwright.playground.oauth import grants, scopes
from guildwright.playground.oauth.grants import OAuthError
from guildwright.playground.records import Grant, Json
from guildwright.playground.rest.call import BotCall, Call, answer

_FORM = "application/x-www-form-urlencoded"
_IN_APPLICATION = ("id", "name", "icon", "description", "type", "bot_public", "bot_require_code_grant", "verify_key")


def _refuse(_: Request[Any, Any, Any], refusal: OAuthError) -> Response[object]:
    headers = {"WWW-Authenticate": "Basic"} if refusal.status == 401 else {}  # noqa: PLR2004 - HTTP's own
    return Response(refusal.body, status_code=refusal.status, headers=headers)


async def _form(call: Call) -> dict[str, str]:
    """The form of a client that proved who it is."""
    raw = await call.request.body()
    kind = call.request.headers.get("content-type", "")
    form = dict(parse_qsl(raw.decode("utf-8", "replace"))) if kind.startswith(_FORM) else {}
    name, secret = _basic(call.request.headers.get("authorization", "")) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    known = call.play.application.client_secret
    if name != str(call.own_id) or not secrets.compare_digest(secret.encode(), known.encode()):
        raise OAuthError("invalid_client", status=401)
    return form


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, value = header.partition(" ")
    if kind.casefold() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


@post("/oauth2/token", status_code=200, exception_handlers={OAuthError: _refuse})
async def make_token(call: BotCall) -> Response[object]:
    """POST: for a code, a refresh token, or the application itself."""
    form = await _form(call)
    play = call.play
    match form.get("grant_type"):
        case "authorization_code":
            code, verifier = form.get("code", ""), form.get("code_verifier")
            grant = grants.exchange(play, code, form.get("redirect_uri"), verifier)
        case "refresh_token":
            grant = grants.refresh(play, form.get("refresh_token", ""))
        case "client_credentials":
            wanted = scopes.read(form.get("scope", "identify"))
            if wanted is None or "bot" in wanted:
                raise OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
            grant = grants.issue_token(play, play.application.owner_id, wanted)
        case other:
            raise OAuthError("unsupported_grant_type", f"Grant type {other} is not supported")
    return answer(_described(call, grant))


def _described(call: Call, grant: Grant) -> Json:
    body: Json = {
        "token_type": "Bearer",
        "access_token": grant.access_token,
        "expires_in": int(grants.TOKEN_LASTS.total_seconds()),
        "scope": " ".join(grant.scopes),
    }
    if grant.refresh_token:
        body["refresh_token"] = grant.refresh_token
    guild = call.memory.guilds.get(grant.guild_id or 0)
    return body | {"guild": render.guild(call.memory, guild)} if guild else body


@post("/oauth2/token/revoke", status_code=200, exception_handlers={OAuthError: _refuse})
async def revoke_token(call: BotCall) -> Response[object]:
    """POST: ends the whole authorisation."""
    grants.revoke(call.play, (await _form(call)).get("token", ""))
    return answer({})


@get("/oauth2/@me")
async def get_authorization(call: BotCall) -> Response[object]:
    """GET: what the bearer's token stands for."""
    grant = call.granted()
    whole = render.application(call.memory, call.play.application)
    body: Json = {
        "application": {name: whole[name] for name in (*_IN_APPLICATION, "flags", "flags_new")},
        "scopes": list(grant.scopes),
        "expires": grant.expires_at,
    }
    if "identify" in grant.scopes:
        body["user"] = render.user(call.memory.users[grant.user_id])
    return answer(body)


OPEN_ROUTES = (make_token, revoke_token)
SHARED_ROUTES = (get_authorization,)
