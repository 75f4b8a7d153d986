"""Gateway payloads against the schemas: what a client receives against the root, what it sends against its own part."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from tests.contract import spec
from tests.contract.corrections import GATEWAY_CORRECTIONS, corrected
from tests.contract.quirks import without_quirks

_SENT = "#/definitions/GatewaySendPayload"


@cache
def _validator(pointer: str) -> jsonschema_rs.Draft7Validator:
    document = corrected(spec.load("gateway_schemas.json"), GATEWAY_CORRECTIONS)
    registry = jsonschema_rs.Registry([("urn:gateway", document)])
    return jsonschema_rs.Draft7Validator({"$ref": f"urn:gateway{pointer}"}, registry=registry)


def check_gateway(entry: dict[str, Any]) -> Iterator[str]:
    """The violations of one recorded payload."""
    document = spec.load("gateway_schemas.json")
    payload = entry["payload"]
    if entry["kind"] == "gateway_sent":
        yield from _errors(_SENT, without_quirks(payload), f"gateway sent op {payload.get('op')}")
        return
    name = payload.get("t")
    where = f"gateway received {name or 'op ' + str(payload.get('op'))}"
    if _validator(document["$ref"]).is_valid(payload):
        return
    # The root is one big "any of": the event's own definition says what is wrong.
    event = document["x-events"].get(name) if name else None
    pointer = f"#/definitions/{event}" if event else document["$ref"]
    found = list(_errors(pointer, payload, where))
    yield from found or [f"{where}: does not match the root"]


def _errors(pointer: str, payload: Any, where: str) -> Iterator[str]:
    for error in _validator(pointer).iter_errors(payload):
        place = "/".join(str(step) for step in error.instance_path)
        yield f"{where}: /{place}: {error.message[:400]}"
