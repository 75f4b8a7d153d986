"""What a request's body may be written in: JSON and forms, whatever their bytes; the rest is refused by name."""

import logging
from typing import Any

import httpx
import pytest

from tests.fakes.local_discord import LocalDiscord

NO_TEXT = b'{"content": "\xff"}'


async def post(discord: LocalDiscord, content: bytes, kind: str) -> httpx.Response:
    path = f"/channels/{discord.channel('gatehouse')}/messages"
    return await discord.rest("POST", path, content=content, headers={"content-type": kind})


async def recorded(discord: LocalDiscord) -> dict[str, Any]:
    """The newest REST exchange."""
    entries: list[dict[str, Any]] = (await discord.told("GET", "/traffic"))["entries"]
    return next(entry for entry in reversed(entries) if entry["kind"] == "rest")


async def test_bytes_that_are_no_text_are_refused_as_no_json_and_recorded(
    discord: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n' + NO_TEXT + b"\r\n--x--\r\n"
    with caplog.at_level(logging.ERROR):
        for body, kind in ((NO_TEXT, "application/json"), (part, "multipart/form-data; boundary=x")):
            response = await post(discord, body, kind)
            entry = await recorded(discord)

            assert (response.status_code, response.json()["code"]) == (400, 50109), kind
            assert entry["status"] == 400, kind
            assert "content" in entry["request"], kind
        await discord.told("POST", "/faults", {"effect": "status", "status": 503})
        assert (await post(discord, NO_TEXT, "application/json")).status_code == 503
        assert (await recorded(discord))["status"] == 503
        headers = {"content-type": "application/json"}
        told = await discord.http.post("/control/guilds", content=NO_TEXT, headers=headers)
        assert told.status_code == 400
    assert caplog.records == []


async def executed(discord: LocalDiscord, **sent: Any) -> httpx.Response:
    """A webhook's message, sent as it is."""
    hook = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/webhooks", {"name": "Crier"})
    return await discord.http.post(f"/api/v10/webhooks/{hook['id']}/{hook['token']}?wait=true", **sent)


async def test_the_fields_of_a_form_are_the_body_where_no_payload_json_is(discord: LocalDiscord) -> None:
    encoded = await executed(discord, data={"content": "grüß dich", "username": "Ann"})
    with_file = await executed(discord, data={"content": "look"}, files={"file": ("a.txt", b"a", "text/plain")})
    with_json = await executed(discord, data={"payload_json": '{"content": "x"}'})

    assert (encoded.json()["content"], encoded.json()["author"]["username"]) == ("grüß dich", "Ann")
    assert (with_file.json()["content"], with_file.json()["attachments"][0]["filename"]) == ("look", "a.txt")
    assert with_json.json()["content"] == "x"


async def test_a_form_s_name_is_in_letters_of_either_case(discord: LocalDiscord) -> None:
    part = b'--X\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{"content": "hello"}\r\n--X--\r\n'

    response = await post(discord, part, "Multipart/Form-Data; boundary=X")

    assert response.json()["content"] == "hello"
    assert (await recorded(discord))["request"] == {"content": "hello"}


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/jsonp", None])
async def test_a_body_of_another_type_is_refused(discord: LocalDiscord, kind: str | None) -> None:
    path = f"/channels/{discord.channel('gatehouse')}/messages"
    headers = {"content-type": kind} if kind else {}

    response = await discord.rest("POST", path, content=b'{"content": "x"}', headers=headers)

    (fault,) = response.json()["errors"]["_errors"]
    assert (response.status_code, response.json()["code"], fault["code"]) == (400, 50035, "CONTENT_TYPE_INVALID")


async def test_fields_that_are_no_text_are_refused(discord: LocalDiscord) -> None:
    encoded = await post(discord, b"content=%ff", "application/x-www-form-urlencoded")
    part = b'--X\r\nContent-Disposition: form-data; name="content"\r\n\r\n\xff\r\n--X--\r\n'
    form = await post(discord, part, "multipart/form-data; boundary=X")

    assert [(answer.status_code, answer.json()["code"]) for answer in (encoded, form)] == [(400, 50035)] * 2
