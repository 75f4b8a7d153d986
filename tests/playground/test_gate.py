"""What is refused at the door: names and pages that are not the playground's, and bodies that are too much."""

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from guildwright.playground.gate import LARGEST_BODY, Gate
from tests.fakes.local_discord import LocalDiscord

DEEP = {
    "open": b"[" * 100_000,
    "closed": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
}
JSON_BODY = {"content-type": "application/json"}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", DEEP)
async def test_nesting_without_end_is_a_refusal_in_discord_s_shape(shared_discord: LocalDiscord, what: str) -> None:
    path = f"/channels/{shared_discord.channel('gatehouse')}/messages"
    response = await shared_discord.rest("POST", path, content=DEEP[what], headers=JSON_BODY)

    assert (response.status_code, response.json()["code"]) == (400, 50109)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", DEEP)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/commands"), ("PATCH", "/guilds/1/members/1"), ("PUT", "/intents")]
)
async def test_nesting_without_end_is_a_refusal_of_control(
    shared_discord: LocalDiscord, method: str, path: str, what: str
) -> None:
    response = await shared_discord.http.request(method, f"/control{path}", content=DEEP[what], headers=JSON_BODY)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


async def test_many_brackets_in_a_text_are_no_nesting(discord: LocalDiscord) -> None:
    assert (await discord.say("gatehouse", '[{\\"' * 400))["content"] == '[{\\"' * 400


@pytest.mark.asyncio(loop_scope="module")
async def test_a_body_beyond_the_limit_is_heard_out_and_refused(shared_discord: LocalDiscord) -> None:
    body = b'{"content": "' + b"x" * (3 * LARGEST_BODY) + b'"}'
    path = f"/channels/{shared_discord.channel('gatehouse')}/messages"
    api = await shared_discord.rest("POST", path, content=body, headers=JSON_BODY)
    control = await shared_discord.http.post("/control/guilds", content=body, headers=JSON_BODY)

    assert (api.status_code, api.json()["code"]) == (413, 40005)
    assert (control.status_code, control.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.asyncio(loop_scope="module")
async def test_version_9_of_the_api_is_served_as_version_10_is(shared_discord: LocalDiscord) -> None:
    headers = {"authorization": f"Bot {shared_discord.token}"}
    old, new = [await shared_discord.http.get(f"/api/{v}/users/@me", headers=headers) for v in ("v9", "v10")]
    unknown = await shared_discord.http.get("/api/v9/no-such-thing", headers=headers)

    assert (old.status_code, old.json()) == (200, new.json())
    assert (unknown.status_code, unknown.json()["code"]) == (404, 0)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/", "/control/state", "/api/v10/gateway", "/page/live?channel=1"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "[::2]:80", "192.0.2.1"])
async def test_a_name_that_is_not_ours_is_refused(shared_discord: LocalDiscord, host: str, path: str) -> None:
    response = await shared_discord.http.get(path, headers={"host": host})

    assert response.status_code == 421
    assert host in response.text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]", "[::1]:80"])
async def test_this_machine_s_own_names_are_let_in_with_any_port(shared_discord: LocalDiscord, host: str) -> None:
    assert (await shared_discord.http.get("/control/state", headers={"host": host})).is_success


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:1", "null", "http://127.0.0.1.evil.example"]
)
async def test_a_page_of_elsewhere_can_neither_write_nor_listen(shared_discord: LocalDiscord, origin: str) -> None:
    headers = {"origin": origin}
    written = await shared_discord.http.post("/control/guilds", json={"name": "Evil"}, headers=headers)
    heard = await shared_discord.http.get("/control/events", headers=headers)
    asked = await shared_discord.rest("GET", "/gateway/bot", headers=headers)

    assert (written.status_code, written.json()["error"]["code"]) == (403, "foreign_origin")
    assert (heard.status_code, asked.status_code) == (403, 403)
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{shared_discord.port}/gateway", additional_headers=headers)
    assert refused.value.response.status_code == 403


async def test_the_page_s_own_origin_is_let_in(discord: LocalDiscord) -> None:
    own = {"origin": f"http://127.0.0.1:{discord.port}"}
    vouched = {"origin": "null", "sec-fetch-site": "same-origin"}
    for headers in (own, vouched):
        response = await discord.http.post("/control/guilds", json={"name": "Second"}, headers=headers)
        assert response.is_success, headers


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None]
)
async def test_control_takes_json_only_since_a_foreign_form_can_send_the_rest(
    shared_discord: LocalDiscord, kind: str | None
) -> None:
    headers = {"content-type": kind} if kind else {}
    response = await shared_discord.http.post("/control/guilds", content=b'{"name": "Evil"}', headers=headers)

    assert (response.status_code, response.json()["error"]["code"]) == (415, "not_json")
    assert "application/json" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("listening", "extra", "host", "status"),
    [
        ("box.lan", (), "box.lan:80", 200),
        ("127.0.0.1", (" Box.lan ", ""), "box.lan:80", 200),
        ("127.0.0.1", (), "192.0.2.1", 421),
        ("0.0.0.0", (), "192.0.2.1:80", 200),
        ("0.0.0.0", (), "evil.example", 421),
        ("127.0.0.1", ("",), "", 421),
    ],
)
async def test_it_goes_by_what_it_listens_on_and_what_it_is_told(
    listening: str, extra: tuple[str, ...], host: str, status: int
) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]  # ASGI
        await send({"type": "http.response.body", "body": b"", "more_body": False})  # type: ignore[operator]  # ASGI

    transport = httpx.ASGITransport(Gate(app, listening, extra))  # type: ignore[arg-type]  # Litestar's words for ASGI
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/", headers={"host": host})).status_code == status
