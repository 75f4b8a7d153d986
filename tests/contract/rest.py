"""REST exchanges against Discord's OpenAPI document: path, query, request body, response status and body."""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

import jsonschema_rs

from tests.contract.corrections import corrected
from tests.contract.quirks import query_quirks, without_request_quirks
from tests.contract.sealed import sealed
from tests.contract.undocumented import UNDOCUMENTED

PREFIX = "/api/v10"
_METHODS = {"get", "put", "post", "patch", "delete"}

type Json = dict[str, Any]


class Operation(NamedTuple):
    """One operation of the document."""

    method: str
    template: str
    path: re.Pattern[str]
    body: Json


class RestContract:
    """The document, ready to be asked."""

    def __init__(self, document: Json) -> None:
        document = corrected(document)
        self.document = document
        resources = [("urn:openapi", document), ("urn:sealed", sealed(document))]
        self._registry = jsonschema_rs.Registry(resources)
        self._validator = cache(self._make_validator)

    def _make_validator(self, reference: str) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator({"$ref": reference}, registry=self._registry)

    @cached_property
    def operations(self) -> list[Operation]:
        """Every operation, literal paths before those with parameters."""
        found = [
            Operation(method.upper(), template, _pattern(template), item | {"shared": methods.get("parameters", [])})
            for template, methods in self.document["paths"].items()
            for method, item in methods.items()
            if method in _METHODS
        ]
        return sorted(found, key=lambda operation: operation.template.count("{"))

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request; the path without the API's prefix."""
        for operation in self.operations:
            if operation.method == method and operation.path.fullmatch(path):
                return operation
        return None

    def template_of(self, method: str, path: str) -> str | None:
        """The path template of a request, also of one that the document lacks."""
        path = path.removeprefix(PREFIX)
        if operation := self.find(method, path):
            return operation.template
        return next(
            (template for known, template in UNDOCUMENTED if known == method and _pattern(template).fullmatch(path)),
            None,
        )

    def check(self, entry: Json) -> Iterator[str]:
        """The violations of one recorded exchange."""
        path = entry["path"].removeprefix(PREFIX)
        where = f"{entry['method']} {path} → {entry['status']}"
        operation = self.find(entry["method"], path)
        if operation is None:
            yield from self._check_undocumented(entry, path, where)
            return
        found = [
            *self._path(operation, path),
            *self._query(operation, entry.get("query") or ""),
            *self._request(operation, entry),
            *self._response(operation, entry),
        ]
        yield from (f"{where}: {problem}" for problem in found)

    def _check_undocumented(self, entry: Json, path: str, where: str) -> Iterator[str]:
        for (method, template), schemas in UNDOCUMENTED.items():
            if method == entry["method"] and _pattern(template).fullmatch(path):
                for part in ("request", "response"):
                    validator = jsonschema_rs.Draft202012Validator(schemas[part])
                    errors = validator.iter_errors(entry.get(part))
                    yield from (f"{where}: {part}: {error.message[:400]}" for error in errors)
                return
        yield f"{where}: Discord's document has no such operation"

    def _path(self, operation: Operation, path: str) -> Iterator[str]:
        match = operation.path.fullmatch(path)
        assert match
        declared = {entry["name"]: entry for entry in _parameters(operation) if entry["in"] == "path"}
        for name, value in match.groupdict().items():
            yield from self._parameter(declared[name], value)

    def _query(self, operation: Operation, query: str) -> Iterator[str]:
        declared = {entry["name"]: entry for entry in _parameters(operation) if entry["in"] == "query"}
        given = dict(parse_qsl(query, keep_blank_values=True))
        for name, value in given.items():
            if name in query_quirks(operation.method, operation.template):
                continue
            if name not in declared:
                yield f"query: {name} is not a parameter; known: {', '.join(declared) or 'none'}"
            else:
                yield from self._parameter(declared[name], value)
        missing = [name for name, entry in declared.items() if entry.get("required") and name not in given]
        yield from (f"query: {name} is required" for name in missing)

    def _parameter(self, declared: Json, text: str) -> Iterator[str]:
        """A parameter is text; it is valid if any reading of it as JSON is."""
        schema = {"$ref": "urn:openapi#"} | declared["schema"]
        if "$ref" in declared["schema"]:
            schema = {"$ref": f"urn:openapi{declared['schema']['$ref']}"}
        else:
            schema.pop("$ref")
        validator = jsonschema_rs.Draft202012Validator(_absolute(schema), registry=self._registry)
        if not any(validator.is_valid(reading) for reading in _readings(text)):
            yield f"{declared['in']}: {declared['name']}={text!r} does not match {declared['schema']}"

    def _request(self, operation: Operation, entry: Json) -> Iterator[str]:
        declared = operation.body.get("requestBody")
        body = entry.get("request")
        if declared is None:
            if body not in (None, {}, ""):
                yield f"request: this operation takes no body, got {str(body)[:200]}"
            return
        if body is None:
            if declared.get("required"):
                yield "request: the body is missing"
            return
        kind = (entry.get("request_type") or "").split(";")[0]
        if kind != "application/json":
            if kind != "multipart/form-data":
                yield f"request: content type {kind!r}"
            return
        pointer = _pointer(operation, "requestBody", "content", kind, "schema")
        told = without_request_quirks(operation.method, operation.template, body)
        yield from self._errors(f"urn:sealed#{pointer}", told, "request")

    def _response(self, operation: Operation, entry: Json) -> Iterator[str]:
        status, body = str(entry["status"]), entry.get("response")
        responses = operation.body["responses"]
        key = status if status in responses else f"{status[0]}XX"
        if key not in responses:
            yield f"response: status {status} is not one of {', '.join(responses)}"
            return
        response = responses[key]
        base = _pointer(operation, "responses", key)
        if "$ref" in response:
            base = response["$ref"].removeprefix("#")
            response = self.document["components"]["responses"][base.rsplit("/", 1)[-1]]
        content = response.get("content", {}).get("application/json")
        if content is None:
            if body is not None:
                yield f"response: {status} has no body, got {str(body)[:200]}"
            return
        if body is None:
            yield f"response: {status} without a body"
            return
        yield from self._errors(f"urn:openapi#{base}/content/application~1json/schema", body, "response")

    def _errors(self, reference: str, value: Any, part: str) -> Iterator[str]:
        for error in self._validator(reference).iter_errors(value):
            place = "/".join(str(step) for step in error.instance_path)
            yield f"{part} /{place}: {error.message[:400]}"


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))


def _parameters(operation: Operation) -> list[Json]:
    return [*operation.body["shared"], *operation.body.get("parameters", [])]


def _pointer(operation: Operation, *steps: str) -> str:
    parts = ["paths", operation.template, operation.method.lower(), *steps]
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in parts)
    return "".join("/" + quote(part, safe="~@") for part in escaped)


def _absolute(node: Any) -> Any:
    """References of a schema taken out of the document, pointing back into it."""
    if isinstance(node, dict):
        return {
            key: f"urn:openapi{value}" if key == "$ref" and value.startswith("#") else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(value) for value in node] if isinstance(node, list) else node


def _readings(text: str) -> Iterator[Any]:
    yield text
    if re.fullmatch(r"-?\d+", text):
        yield int(text)
    if text in {"0", "1"}:  # discord.py's way to say it; Discord reads it so
        yield text == "1"
    if text.casefold() in {"true", "false"}:
        yield text.casefold() == "true"
