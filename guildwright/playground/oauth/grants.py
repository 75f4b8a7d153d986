"""Codes and tokens: made when somebody authorises, exchanged, refreshed and revoked by the application."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from guildwright.playground.oauth.asked import Asked
from guildwright.playground.playground import Playground
from guildwright.playground.records import Grant

CODE_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(days=7)


class OAuthError(Exception):
    """A refusal in OAuth2's own shape."""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"error_description": description} if description else {})


def issue_code(play: Playground, asked: Asked, user_id: int, guild_id: int | None = None) -> Grant:
    """What a person's consent is worth until the application fetches its tokens."""
    grant = Grant(
        id=secrets.token_hex(16),
        user_id=user_id,
        scopes=asked.scopes,
        redirect_uri=asked.redirect_uri or "",
        code=secrets.token_urlsafe(22),
        code_challenge=_challenge(asked),
        guild_id=guild_id,
        expires_at=(play.clock.now() + CODE_LASTS).isoformat(),
    )
    return _keep(play, grant)


def issue_token(play: Playground, user_id: int, scopes: tuple[str, ...], redirect_uri: str = "") -> Grant:
    """A token without a code: the implicit grant, and the application's own (client credentials)."""
    grant = Grant(
        id=secrets.token_hex(16),
        user_id=user_id,
        scopes=scopes,
        redirect_uri=redirect_uri,
        access_token=_token(),
        expires_at=(play.clock.now() + TOKEN_LASTS).isoformat(),
    )
    return _keep(play, grant)


def exchange(play: Playground, code: str, redirect_uri: str | None, verifier: str | None) -> Grant:
    """The tokens for a code, once."""
    grant = _find(play, "code", code)
    if grant is None or _over(play, grant):
        raise OAuthError("invalid_grant", 'Invalid "code" in request.')
    if (redirect_uri or "") != grant.redirect_uri:
        raise OAuthError("invalid_grant", 'Invalid "redirect_uri" in request.')
    if grant.code_challenge is not None and _hashed(verifier or "") != grant.code_challenge:
        raise OAuthError("invalid_grant", 'Invalid "code_verifier" in request.')
    return _keep(play, _with_tokens(play, grant))


def refresh(play: Playground, refresh_token: str) -> Grant:
    """New tokens; the old ones are good for nothing."""
    grant = _find(play, "refresh_token", refresh_token)
    if grant is None:
        raise OAuthError("invalid_grant", 'Invalid "refresh_token" in request.')
    return _keep(play, _with_tokens(play, grant))


def revoke(play: Playground, token: str) -> None:
    """End the authorisation that the token belongs to, with all its tokens; an unknown one is no fault (RFC 7009)."""
    grant = _find(play, "access_token", token) or _find(play, "refresh_token", token)
    if grant is None:
        return
    with play.store.change() as change:
        for other in [other for other in play.memory.grants.values() if other.user_id == grant.user_id]:
            change.drop(other)


def bearer(play: Playground, token: str) -> Grant | None:
    """The grant of a living access token."""
    grant = _find(play, "access_token", token)
    return None if grant is None or _over(play, grant) else grant


def consented(play: Playground, user_id: int, scopes: tuple[str, ...]) -> bool:
    """Whether the person has authorised as much already."""
    return any(set(scopes) <= set(grant.scopes) for grant in _of(play, user_id))


def _of(play: Playground, user_id: int) -> Iterator[Grant]:
    return (grant for grant in play.memory.grants.values() if grant.user_id == user_id and grant.code is None)


def _find(play: Playground, field: str, value: str) -> Grant | None:
    given = value.encode()
    for grant in play.memory.grants.values():
        held: str | None = getattr(grant, field)
        if held is not None and secrets.compare_digest(held.encode(), given):
            return grant
    return None


def _over(play: Playground, grant: Grant) -> bool:
    return datetime.fromisoformat(grant.expires_at) <= play.clock.now()


def _with_tokens(play: Playground, grant: Grant) -> Grant:
    return msgspec.structs.replace(
        grant,
        code=None,
        code_challenge=None,
        access_token=_token(),
        refresh_token=_token(),
        expires_at=(play.clock.now() + TOKEN_LASTS).isoformat(),
    )


def _keep(play: Playground, grant: Grant) -> Grant:
    with play.store.change() as change:
        return change.put(grant)


def _token() -> str:
    return secrets.token_urlsafe(22)


def _challenge(asked: Asked) -> str | None:
    """Always as S256 would have it."""
    if asked.challenge is None or asked.challenge_method == "S256":
        return asked.challenge
    return _hashed(asked.challenge)


def _hashed(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
