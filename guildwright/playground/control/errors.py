"""The control API's refusals: `{"error": {"code", "message", "field"}}`."""

import re
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec

from guildwright.playground.errors import DiscordError
from guildwright.playground.ids import digits
from guildwright.playground.records import Json

_NAMED = re.compile(r"field `(\w+)`")


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and in which field, where it is about one."""

    code: str
    message: str
    field: str | None = None


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """Every refusal's body."""

    error: ErrorDetail


class ControlError(Exception):
    """A refusal."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.detail = ErrorDetail(code=code, message=message, field=field)


def unknown(what: str, given: object, field: str | None = None) -> ControlError:
    """404."""
    return ControlError(404, f"unknown_{what}", f"There is no {what} {given}.", field)


def invalid(field: str, message: str) -> ControlError:
    """422: a value that cannot be."""
    return ControlError(422, "invalid", message, field)


def forbidden(message: str, field: str | None = None) -> ControlError:
    """403: the member may not."""
    return ControlError(403, "forbidden", message, field)


def snowflake(text: str, field: str) -> int:
    """An id from a path, a query or a body."""
    number = digits(text)
    if not number:
        raise invalid(field, f"{text[:40]!r} is not a snowflake: digits in a string.")
    return number


def _answer(status: int, detail: ErrorDetail) -> Response[ErrorBody]:
    return Response(ErrorBody(error=detail), status_code=status)


def refuse(_: Request[Any, Any, Any], refusal: ControlError) -> Response[ErrorBody]:
    """A refusal of ours."""
    return _answer(refusal.status, refusal.detail)


def refuse_discord(_: Request[Any, Any, Any], refusal: DiscordError) -> Response[ErrorBody]:
    """A rule of Discord's that a member's doing met."""
    status = 422 if refusal.code == 50035 else refusal.status  # noqa: PLR2004 - Discord's "invalid form body"
    return _answer(status, detail_of(refusal))


def detail_of(refusal: DiscordError) -> ErrorDetail:
    """A rule of Discord's in the control API's words."""
    field, message = _first_fault(refusal.errors or {}, refusal.message)
    return ErrorDetail(code=f"discord_{refusal.code}", message=message, field=field)


def _first_fault(tree: Json, otherwise: str) -> tuple[str | None, str]:
    path: list[str] = []
    while tree:
        if "_errors" in tree:
            return ".".join(path) or None, tree["_errors"][0]["message"]
        name, tree = next(iter(tree.items()))
        path.append(name)
    return None, otherwise


def refuse_http(_: Request[Any, Any, Any], fault: HTTPException) -> Response[ErrorBody]:
    """Litestar's own refusals: unknown route, wrong method, a body or query of the wrong shape."""
    if isinstance(fault, ValidationException):
        extra = fault.extra if isinstance(fault.extra, list) and fault.extra else [{}]
        first = extra[0] if isinstance(extra[0], dict) else {}
        message = str(first.get("message") or fault.detail)
        return _answer(422, ErrorDetail(code="invalid", message=message, field=_field(first, message)))
    codes = {404: "not_found", 405: "method_not_allowed", 400: "bad_request", 415: "bad_request"}
    code = codes.get(fault.status_code, "refused")
    return _answer(fault.status_code, ErrorDetail(code=code, message=fault.detail))


REFUSALS = {
    status: ResponseSpec(ErrorBody, generate_examples=False, description=what)
    for status, what in (
        (400, "Not JSON."),
        (403, "The member may not."),
        (404, "No such thing."),
        (409, "Not now."),
        (422, "A value that cannot be."),
    )
}


def _field(first: Json, message: str) -> str | None:
    """The field that is meant; a missing or unknown one is named in the message alone."""
    named = _NAMED.search(message)
    if named:
        return named[1]
    key = first.get("key")
    return None if key in {None, "data"} else str(key)


HANDLERS: dict[int | type[Exception], Any] = {
    ControlError: refuse,
    DiscordError: refuse_discord,
    HTTPException: refuse_http,
}
