"""Which messages an exchange is about: by their ids on the wire, or by the interaction whose answer they are."""

import re
from typing import Any
from urllib.parse import unquote

from guildwright.playground.memory import Memory
from guildwright.playground.recorder import Exchange
from guildwright.playground.records import Interaction

_IN_PATH = re.compile(r"/messages/(?:pins/)?(\d+)|/pins/(\d+)")
_CALLBACK = re.compile(r"/interactions/(\d+)/[^/]+/callback")
_HOOK = re.compile(r"/webhooks/\d+/([^/]+)")
_CREATES = re.compile(r"/(?:messages|webhooks/\d+/[^/]+|threads)$")
_UPDATES = (6, 7)  # answers that change the message with the component


def messages_of(exchange: Exchange, memory: Memory) -> set[str]:
    """The ids of the messages that the exchange makes, changes, answers or tells of."""
    if exchange.kind == "rest":
        return _rest(exchange, memory)
    payload: Any = exchange.payload or {}
    return _event(str(payload.get("t") or ""), payload.get("d") or {}) if exchange.kind == "gateway_received" else set()


def interaction_of(exchange: Exchange, memory: Memory) -> Interaction | None:
    """The interaction that a REST call answers, by its id or its token."""
    path = exchange.path or ""
    if found := _CALLBACK.search(path):
        return memory.interactions.get(int(found[1]))
    if found := _HOOK.search(path):
        return memory.interactions.get(memory.interaction_tokens.get(unquote(found[1]), 0))
    return None


def _event(name: str, data: Any) -> set[str]:  # noqa: ANN401 - an event's data may be anything
    if not isinstance(data, dict):
        return set()
    about = {str(data["message_id"])} if data.get("message_id") else set()
    if name.startswith("MESSAGE_") and data.get("id"):
        about.add(str(data["id"]))
    if name == "MESSAGE_CREATE":
        about |= _referenced(data)
    if name == "INTERACTION_CREATE" and data.get("message"):
        about.add(str(data["message"].get("id")))
    return about | {str(one) for one in data.get("ids") or ()}


def _rest(exchange: Exchange, memory: Memory) -> set[str]:
    path = exchange.path or ""
    about = {first or second for first, second in _IN_PATH.findall(path)} | _referenced(exchange.request)
    response: Any = exchange.response
    if exchange.method == "POST" and _CREATES.search(path) and isinstance(response, dict) and response.get("id"):
        about.add(str(response["id"]))
    request: Any = exchange.request
    if path.endswith("/bulk-delete") and isinstance(request, dict):
        about |= {str(one) for one in request.get("messages") or ()}
    if interaction := interaction_of(exchange, memory):
        about |= _answered(exchange, interaction)
    return about


def _referenced(body: object) -> set[str]:
    reference = body.get("message_reference") if isinstance(body, dict) else None
    found = reference.get("message_id") if isinstance(reference, dict) else None
    return {str(found)} if found else set()


def _answered(exchange: Exchange, interaction: Interaction) -> set[str]:
    request: Any = exchange.request
    changes = isinstance(request, dict) and request.get("type") in _UPDATES
    if "/callback" in (exchange.path or "") and changes:
        return {str(interaction.source_message_id)}
    mine = "/callback" in (exchange.path or "") or "@original" in (exchange.path or "")
    return {str(interaction.reply_id)} if mine and interaction.reply_id else set()
