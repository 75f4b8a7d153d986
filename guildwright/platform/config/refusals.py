"""What an API server says when it refuses → an error whose text says what is missing and how to mend it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from guildwright.platform.config.store import StoreAway

_PASSING = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_FORBIDDEN = re.compile(r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]*)"')
_NO_NAMESPACE = re.compile(r'namespaces? "(?P<name>[^"]*)" not found')
INSTALL = "`helm install guildwright-crds helm/guildwright-crds` or `guildwright crds | kubectl apply -f -`"


class ClusterAway(StoreAway, ConnectionError):  # noqa: N818  a state, not a fault
    """The API server cannot be reached, or cannot serve just now; ask again later."""


@dataclass(frozen=True)
class Cause:
    """One of the reasons in a refusal. `field` is as the server writes it, such as `spec.general.locale`."""

    reason: str
    field: str
    message: str


class ClusterRefused(StoreAway):
    """The API server answered, and not with what was asked for."""

    def __init__(self, text: str, status: int, reason: str, message: str, causes: tuple[Cause, ...] = ()) -> None:
        super().__init__(text)
        self.status, self.reason, self.message, self.causes = status, reason, message, causes

    @property
    def object_is_missing(self) -> bool:
        """Whether it is the one object that there is not, rather than its namespace or its kind."""
        return (
            self.status == HTTPStatus.NOT_FOUND and self.reason == "NotFound" and not _NO_NAMESPACE.search(self.message)
        )


def refusal(status: int, body: str, namespace: str) -> StoreAway:
    """The error for an answer of status 400 and more, or for the object of a watch's ERROR event."""
    said = _status(body)
    message, reason = str(said.get("message") or body.strip()[:200]), str(said.get("reason") or "")
    if status in _PASSING:
        return ClusterAway(f"the API server cannot serve just now: {message or status}")
    details = said.get("details")
    listed = details.get("causes") if isinstance(details, Mapping) else None
    causes = tuple(
        Cause(str(each.get("reason", "")), str(each.get("field", "")).lstrip("."), str(each.get("message", "")))
        for each in listed or ()
    )
    return ClusterRefused(_words(status, reason, message, namespace), status, reason, message, causes)


def _status(body: str) -> Mapping[str, object]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _words(status: int, reason: str, message: str, namespace: str) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return (
            "the API server does not know who asks: a token may have expired, or its ServiceAccount be gone; "
            "renew the credentials in KUBECONFIG, or those of the pod"
        )
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(message, namespace)
    if status == HTTPStatus.NOT_FOUND:
        missing = _NO_NAMESPACE.search(message)
        if missing:
            name = missing["name"]
            return f'there is no namespace "{name}": `kubectl create namespace {name}`, or set GUILDWRIGHT_NAMESPACE'
        if reason != "NotFound" or "could not find the requested resource" in message:
            return f"the cluster does not know GuildConfig: install it with {INSTALL}"
    return f"the API server refused ({status}): {message}"


def _forbidden(message: str, namespace: str) -> str:
    found = _FORBIDDEN.search(message)
    if found is None:
        return f"the API server forbids it: {message}"
    return (
        f'the right to {found["verb"]} {found["resource"]} in namespace "{namespace}" is missing for '
        f'"{found["user"]}": grant it with a Role and RoleBinding there (kubectl create role --help)'
    )
