"""A word where an id belongs: Discord names the parameter and the word (50035), and does not say "no such route"."""

import re
from collections.abc import Iterable

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from guildwright.playground import errors
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.ids import digits
from guildwright.playground.oauth import grants
from guildwright.playground.playground import Playground

_PARAMETER = re.compile(r"\{(\w+):(\w+)\}")


class Routes:
    """Which served paths have ids where."""

    def __init__(self, templates: Iterable[str]) -> None:
        """`templates` are paths with `{name:int}` for ids and `{name:str}` for other parameters."""
        # An interaction's webhook has the application's id, and Discord calls it a webhook's all the same.
        known = {re.sub(r"^/webhooks/{\w+:", "/webhooks/{webhook_id:", template) for template in templates}
        ordered = sorted(known, key=lambda template: (template.count("{"), template))
        self._literals = {step for template in ordered for step in template.split("/") if "{" not in step}
        self._patterns = [(_pattern(template), _ids(template)) for template in ordered]

    def check(self, path: str) -> None:
        """Refuse a path that is a served one but for a word in an id's place.

        Raises:
            DiscordError: 50035.
        """
        if all(step in self._literals or digits(step) is not None for step in path.split("/")):
            return
        served = [(found, ids) for pattern, ids in self._patterns if (found := pattern.fullmatch(path))]
        wrong = [[name for name in ids if digits(found[name]) is None] for found, ids in served]
        if not wrong or [] in wrong:
            return
        faults = Faults()
        for name in wrong[0]:
            word = served[0][0][name]
            faults.add(name, "NUMBER_TYPE_COERCE", f'Value "{word}" is not snowflake.')
        faults.check()


def _pattern(template: str) -> re.Pattern[str]:
    steps = (_PARAMETER.sub(r"(?P<\1>[^/]+)", step) if "{" in step else re.escape(step) for step in template.split("/"))
    return re.compile("/".join(steps))


def _ids(template: str) -> list[str]:
    return [name for name, kind in _PARAMETER.findall(template) if kind == "int"]


def word_ids(play: Playground, prefix: str, app: ASGIApp, templates: Iterable[str]) -> ASGIApp:
    """The application behind a check of the ids in paths under the prefix."""
    open_to_all = tuple(f"{prefix}/{place}/" for place in ("interactions", "invites", "webhooks"))
    routes = Routes(template.removeprefix(prefix) for template in templates if template.startswith(prefix))

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not scope["path"].startswith(prefix):
            await app(scope, receive, send)
            return
        try:
            routes.check(scope["path"].removeprefix(prefix))
        except DiscordError as refusal:
            said = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), "")
            stranger = not scope["path"].startswith(open_to_all) and not _known(play, said)
            await _answer(errors.unauthorized() if stranger else refusal, receive, send)
            return
        await app(scope, receive, send)

    return checked


def _known(play: Playground, authorization: str) -> bool:
    kind, _, token = authorization.partition(" ")
    return authorization == f"Bot {play.application.token}" or (
        kind == "Bearer" and grants.bearer(play, token) is not None
    )


async def _answer(refusal: DiscordError, receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass
    body = msgspec.json.encode(refusal.body())
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
