"""The control API's OpenAPI document, as JSON and as a page to read: server-rendered, without any script."""

from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader
from litestar import Request, Response, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

OPENAPI = OpenAPIConfig(
    title="Guildwright playground: control API",
    version="1",
    description=(
        "All that a person can do in the page, and every test control. Ids are snowflakes as strings; moments are "
        'ISO 8601. Refusals are {"error": {"code", "message", "field"}} with 400 (not JSON), 403 (the member may '
        "not), 404 (no such thing), 409 (not now) or 422 (a value that cannot be)."
    ),
    path="/control/schema",
    render_plugins=[JsonRenderPlugin()],
    use_handler_docstrings=True,
)
_TAGS = {
    "act": "Act as a member",
    "read": "Read",
    "arrange": "Arrange the world",
    "oracle": "Look behind the curtain",
    "misbehave": "Misbehave on demand",
}


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@get("/control/openapi.json", include_in_schema=False)
async def get_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    body = msgspec.json.encode(request.app.openapi_schema.to_schema())
    return Response(body, media_type="application/json")


@get("/control/", include_in_schema=False)
async def get_reference(request: Request[Any, Any, Any]) -> Response[str]:
    """The same, to read."""
    document = request.app.openapi_schema.to_schema()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]
    groups = [(title, [entry for entry in operations if tag in entry.get("tags", [])]) for tag, title in _TAGS.items()]
    html = (
        _templates()
        .get_template("reference.html.j2")
        .render(
            info=document["info"],
            groups=groups,
            schemas=document["components"]["schemas"],
            type_of=_type_of,
        )
    )
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(html, media_type="text/html", headers=policy)


def _type_of(schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one line per kind of schema
    """A schema's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for name in ("oneOf", "anyOf"):
        if name in schema:
            return " or ".join(dict.fromkeys(_type_of(entry) for entry in schema[name]))
    if "enum" in schema:
        return " | ".join(str(entry) for entry in schema["enum"])
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(str(entry) for entry in kind)
    if kind == "array":
        return f"list of {_type_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_type_of(schema['additionalProperties'])}"
    return str(kind)


ROUTES = (get_document, get_reference)
