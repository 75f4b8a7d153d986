"""Files: uploaded by a form, kept on disk, shown in messages, served under their link."""

import base64
import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from guildwright.playground.bits import Permission
from guildwright.playground.bodies.attachments import MOST_BYTES
from tests.fakes.local_discord import Json, LocalDiscord, local_discord

# A red picture of 3 by 2 pixels.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AARwzIHAB7rgX7AKpE/QAAAABJRU5ErkJggg=="
)


async def upload(discord: LocalDiscord, body: Json, *files: tuple[str, bytes, str], **more: Any) -> httpx.Response:
    """The bot sends a form."""
    method = more.pop("method", "POST")
    path = more.pop("path", f"/channels/{discord.channel('gatehouse')}/messages")
    parts: list[Any] = [("payload_json", (None, json.dumps(body), "application/json"))]
    parts += [(f"files[{number}]", file) for number, file in enumerate(files)]
    return await discord.rest(method, path, files=parts, **more)


async def fetch(discord: LocalDiscord, url: str) -> httpx.Response:
    assert urlsplit(url).netloc == f"127.0.0.1:{discord.port}"
    return await discord.http.get(url)


async def test_a_file_is_attached_described_and_served_as_it_was_sent(discord: LocalDiscord) -> None:
    body = {"content": "look", "attachments": [{"id": 0, "description": "three by two"}]}

    made = (await upload(discord, body, ("my picture.png", PICTURE, "image/png"))).json()

    (attachment,) = made["attachments"]
    served = await fetch(discord, attachment["url"])
    assert attachment["filename"] == "my_picture.png"
    assert attachment["description"] == "three by two"
    assert (attachment["width"], attachment["height"], attachment["size"]) == (3, 2, len(PICTURE))
    assert (served.content, served.headers["content-type"]) == (PICTURE, "image/png")
    assert await discord.ask("GET", f"/channels/{made['channel_id']}/messages/{made['id']}") == made


async def test_a_message_may_be_nothing_but_a_file(discord: LocalDiscord) -> None:
    made = (await upload(discord, {}, ("a.txt", "grüß dich".encode(), "text/plain"))).json()

    served = await fetch(discord, made["attachments"][0]["url"])

    assert served.text == "grüß dich"
    assert "width" not in made["attachments"][0]


async def test_a_page_among_the_files_is_never_shown_as_ours(discord: LocalDiscord) -> None:
    made = (await upload(discord, {}, ("a.html", b"<script>alert(1)</script>", "text/html"))).json()

    served = await fetch(discord, made["attachments"][0]["url"])

    assert served.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in served.headers["content-security-policy"]
    assert served.headers["x-content-type-options"] == "nosniff"


async def test_an_unknown_link_is_not_found(discord: LocalDiscord) -> None:
    made = (await upload(discord, {}, ("a.txt", b"x", "text/plain"))).json()
    url = made["attachments"][0]["url"]

    assert (await discord.http.get(url.replace("a.txt", "b.txt"))).status_code == 404
    assert (await discord.http.get("/attachments/1/1/a.txt")).status_code == 404


async def test_an_embed_shows_a_file_of_its_message_which_is_then_not_listed(discord: LocalDiscord) -> None:
    body = {"embeds": [{"title": "x", "image": {"url": "attachment://a.png"}}]}

    made = (await upload(discord, body, ("a.png", PICTURE, "image/png"))).json()

    image = made["embeds"][0]["image"]
    assert made["attachments"] == []
    assert (image["width"], image["height"]) == (3, 2)
    assert (await fetch(discord, image["url"])).content == PICTURE


async def test_an_embed_s_link_stays_whole_when_its_file_is_taken_away(discord: LocalDiscord) -> None:
    body = {"embeds": [{"title": "x", "image": {"url": "attachment://a.png"}}]}
    made = (await upload(discord, body, ("a.png", PICTURE, "image/png"))).json()
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"

    edited = await discord.ask("PATCH", path, {"attachments": []})

    assert edited["embeds"] == made["embeds"]
    assert (await discord.ask("GET", path))["embeds"] == made["embeds"]


async def test_components_show_files_of_their_message(discord: LocalDiscord) -> None:
    body = {
        "flags": 1 << 15,
        "components": [
            {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]},
            {"type": 13, "file": {"url": "attachment://rules.txt"}},
        ],
    }

    made = (
        await upload(discord, body, ("a.png", PICTURE, "image/png"), ("rules.txt", b"be kind", "text/plain"))
    ).json()

    gallery, file = made["components"]
    assert made["attachments"] == []
    assert gallery["items"][0]["media"]["width"] == 3
    assert (file["name"], file["size"]) == ("rules.txt", 7)
    assert (await fetch(discord, file["file"]["url"])).content == b"be kind"


async def test_an_edit_keeps_the_attachments_it_lists_and_adds_new_ones(discord: LocalDiscord) -> None:
    made = (await upload(discord, {"content": "x"}, ("a.txt", b"a", ""), ("b.txt", b"b", ""))).json()
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    first, second = made["attachments"]

    untouched = await discord.ask("PATCH", path, {"content": "y"})
    body = {"attachments": [{"id": second["id"]}, {"id": 0, "filename": "c.txt"}]}
    edited = (await upload(discord, body, ("ignored.txt", b"c", ""), method="PATCH", path=path)).json()
    emptied = await discord.ask("PATCH", path, {"attachments": []})

    assert untouched["attachments"] == [first, second]
    assert [entry["filename"] for entry in edited["attachments"]] == ["b.txt", "c.txt"]
    assert emptied["attachments"] == []


async def test_without_attach_files_an_upload_is_refused(discord: LocalDiscord) -> None:
    for name in ("@everyone", "Guildwright"):
        role = discord.play.memory.roles[int(discord.role(name))]
        with discord.play.store.change() as change:
            change.put(msgspec.structs.replace(role, permissions=role.permissions & ~int(Permission.ATTACH_FILES)))

    refused = await upload(discord, {"content": "x"}, ("a.txt", b"a", ""))

    assert (refused.status_code, refused.json()["code"]) == (403, 50013)


async def test_too_many_and_too_large_files_are_refused(discord: LocalDiscord) -> None:
    many = await upload(discord, {}, *[(f"{number}.txt", b"x", "") for number in range(11)])
    large = await upload(discord, {}, ("a.bin", b"x" * (MOST_BYTES + 1), ""))
    fits = await upload(discord, {}, ("a.bin", b"x" * MOST_BYTES, ""))

    assert (many.status_code, many.json()["code"]) == (400, 30015)
    assert (large.status_code, large.json()["code"]) == (413, 40005)
    assert fits.json()["attachments"][0]["size"] == MOST_BYTES


async def test_files_outlive_a_restart_and_what_nothing_names_is_swept_away(tmp_path: Path) -> None:
    file = tmp_path / "playground.sqlite3"
    async with local_discord(file) as discord:
        made = (await upload(discord, {}, ("a.txt", b"kept", "text/plain"))).json()
        gone = (await upload(discord, {}, ("b.txt", b"gone", "text/plain"))).json()
        await discord.ask("DELETE", f"/channels/{gone['channel_id']}/messages/{gone['id']}")
    async with local_discord(file) as discord:
        (attachment,) = (await discord.ask("GET", f"/channels/{made['channel_id']}/messages/{made['id']}"))[
            "attachments"
        ]
        assert (await fetch(discord, attachment["url"])).content == b"kept"
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT name FROM file").fetchall() == [("a.txt",)]
