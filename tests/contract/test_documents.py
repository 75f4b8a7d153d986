"""The exceptions to Discord's documents are exact: no more than there must be, and none that is no longer one."""

import re
import warnings
from pathlib import Path

import jsonschema_rs
import pytest

from guildwright.playground.app import make_app
from guildwright.playground.playground import Options, Playground
from guildwright.playground.rest.router import PATH
from tests.contract import spec
from tests.contract.corrections import CORRECTIONS, GATEWAY_CORRECTIONS, Correction, at, corrected
from tests.contract.quirks import without_quirks, without_request_quirks
from tests.contract.undocumented import UNDOCUMENTED

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"


@pytest.fixture
def documents() -> None:
    """Needs Discord's documents; without them the end of the run says so."""
    if not spec.available("the exceptions to the documents"):
        pytest.skip("no Discord documents")


def plain(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template)


@pytest.mark.usefixtures("documents")
def test_every_operation_that_is_served_is_documented_or_listed_as_not() -> None:
    paths = spec.load("openapi.json")["paths"]
    documented = {(method.upper(), plain(path)) for path, methods in paths.items() for method in methods}
    served = {
        (method, plain(route.path.removeprefix(PATH)))
        for route in make_app(Playground(Options())).routes
        if route.path.startswith(PATH)
        for method in getattr(route, "methods", ())
        if method != "OPTIONS"
    }
    listed = {(method, plain(template)) for method, template in UNDOCUMENTED}

    assert len(served) > 60
    assert served - documented == listed
    assert not listed & documented


def test_every_listed_operation_has_schemas_of_ours() -> None:
    for schemas in UNDOCUMENTED.values():
        for part in ("request", "response"):
            jsonschema_rs.meta.validate(schemas[part])


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda correction: str(correction.pointer))
def test_a_correction_of_the_document_is_still_one(correction: Correction) -> None:
    document = spec.load("openapi.json")

    try:
        present = at(document, correction.pointer)
    except KeyError:
        present = None
    assert present != correction.schema
    assert at(corrected(document), correction.pointer) == correction.schema
    assert correction.reason


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("correction", GATEWAY_CORRECTIONS, ids=lambda correction: str(correction.pointer))
def test_a_correction_of_the_gateway_schemas_is_still_one(correction: Correction) -> None:
    document = spec.load("gateway_schemas.json")

    assert at(document, correction.pointer) != correction.schema
    assert at(corrected(document, GATEWAY_CORRECTIONS), correction.pointer) == correction.schema


def test_only_hikari_s_old_word_for_an_activity_is_forgiven() -> None:
    presence = {"since": None, "afk": False, "status": "online"}

    told = without_quirks({"op": 3, "d": presence | {"game": {"name": "draws", "type": 0}}})
    none = without_quirks({"op": 3, "d": presence})

    assert told["d"]["activities"] == [{"name": "draws", "type": 0}]
    assert none["d"] == presence
    assert without_quirks({"op": 1, "d": 5}) == {"op": 1, "d": 5}


def test_only_what_stock_clients_are_known_to_send_too_much_is_forgiven() -> None:
    edit, create = ("PATCH", _MESSAGE), ("POST", _MESSAGE)
    told = without_request_quirks(*edit, {"tts": False, "embeds": [{"title": "Prize", "flags": 0}, {"flags": 4}]})

    assert told == {"embeds": [{"title": "Prize"}, {"flags": 4}]}
    assert without_request_quirks(*create, {"enforce_nonce": False, "tts": False}) == {"tts": False}
    assert without_request_quirks(*create, {"type": 7, "data": {"tts": False}}) == {"type": 7, "data": {}}
    assert without_request_quirks(*create, {"type": 4, "data": {"tts": False}}) == {"type": 4, "data": {"tts": False}}
    assert without_request_quirks(*edit, {"tts": True}) == {"tts": True}
    assert without_request_quirks(*create, [{"flags": 0}]) == [{"flags": 0}]
    assert without_request_quirks("PATCH", "/guilds/{guild_id}", {"name": "x", "reason": "y"}) == {"name": "x"}
    assert without_request_quirks(*edit, {"reason": "y"}) == {"reason": "y"}
    assert without_request_quirks(*edit, {"attachments": [{"id": "1", "size": 2}]}) == {"attachments": [{"id": "1"}]}


def test_snowflakes_that_discord_py_sends_as_numbers_are_read_as_discord_reads_them() -> None:
    joining = without_quirks({"op": 4, "d": {"guild_id": 1, "channel_id": None, "self_mute": False}})
    looking = without_quirks({"op": 8, "d": {"guild_id": "1", "user_ids": [1, "2"], "limit": 3}})

    assert joining["d"] == {"guild_id": "1", "channel_id": None, "self_mute": False}
    assert looking["d"] == {"guild_id": "1", "user_ids": ["1", "2"], "limit": 3}


def test_missing_documents_are_an_error_in_ci_and_one_loud_line_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(spec.VARIABLE, str(tmp_path))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(spec.SpecMissing, match=r"openapi\.json"):
        spec.available("this")
    unchecked: set[str] = set()
    monkeypatch.delenv("CI")

    assert spec.available("this", unchecked) is False
    assert spec.available("that", unchecked) is False

    line = spec.not_run_line(unchecked)
    assert line is not None
    assert line.startswith("CONTRACT TESTS NOT RUN")
    assert "that, this" in line


def test_litestar_has_nothing_to_deprecate() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        make_app(Playground(Options())).openapi_schema.to_schema()
