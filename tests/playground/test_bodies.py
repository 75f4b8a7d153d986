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
