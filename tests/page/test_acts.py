"""Menus and acts over HTTP: offered to whom Discord offers them, refused in words, closed to other sites."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from guildwright.playground.app import make_app
from guildwright.playground.page.acts import ACTS
from tests.fakes.hall import Hall

OURS = {"HX-Request": "true"}


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[AsyncClient]:
    app: Any = make_app(hall.play)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://page.test") as client:
        yield client


def seat(hall: Hall, user: str = "ana", channel: str = "giveaways", **more: object) -> dict[str, object]:
    return {"channel": hall.channel_id(channel), "as": hall.user_id(user), **more}


async def offered(client: AsyncClient, **query: object) -> list[str]:
    drawn = (await client.get("/page/menu", params={name: str(value) for name, value in query.items()})).text
    return re.findall(r"</svg> <span>([^<]+)</span>", drawn)


@pytest.mark.parametrize(
    ("user", "own", "others"),
    [("ana", {"Edit", "Delete"}, set()), ("bo", set(), {"Delete", "Pin"}), ("olive", set(), {"Delete", "Pin"})],
)
async def test_a_messages_menu_offers_what_this_member_may(
    client: AsyncClient, hall: Hall, user: str, own: set[str], others: set[str]
) -> None:
    message = hall.write("ana", content="hello")
    items = await offered(client, kind="message", target=message.id, **seat(hall, user))
    assert {"Add a reaction", "Reply", "Copy text"} <= set(items)
    assert {"Edit", "Delete", "Pin"} & set(items) == own | others


async def test_a_private_replys_menu_only_copies(client: AsyncClient, hall: Hall) -> None:
    reply = hall.write("guildwright", private_to="ana", content="psst")
    items = await offered(client, kind="message", target=reply.id, **seat(hall))
    assert items == ["Copy text", "Copy message id", "What the bot did"]
    assert await offered(client, kind="message", target=reply.id, **seat(hall, "bo")) == []


@pytest.mark.parametrize("kind", ["message", "member", "channel", "nonsense"])
@pytest.mark.parametrize("target", ["1", "x", ""])
async def test_the_menu_of_what_is_not_there_says_so(client: AsyncClient, hall: Hall, kind: str, target: str) -> None:
    query = {name: str(value) for name, value in seat(hall, kind=kind, target=target).items()}
    answer = await client.get("/page/menu", params=query)
    assert answer.status_code == 200
    assert "Nothing can be done here." in answer.text


@pytest.mark.parametrize("name", sorted(ACTS))
async def test_no_act_fails_on_what_is_not_there_or_nonsense(client: AsyncClient, hall: Hall, name: str) -> None:
    for target in ("1", "x"):
        form = seat(hall, target=target, seconds="x", history="x", age="x", type="x", slowmode="x", emoji="x")
        asked = await client.get(f"/page/acts/{name}", params={**seat(hall), "target": target})
        done = await client.post(f"/page/acts/{name}", data=form, headers=OURS)
        assert {asked.status_code, done.status_code} <= {200, 404, 422}


async def test_another_site_can_do_nothing(client: AsyncClient, hall: Hall) -> None:
    form = seat(hall, "olive", target=hall.user_id("cy"))
    assert (await client.post("/page/acts/kick", data=form)).status_code == 403
    assert hall.play.memory.member(hall.seat().guild.id, hall.user_id("cy"))


async def test_whoever_may_not_is_refused_though_the_menu_was_forged(client: AsyncClient, hall: Hall) -> None:
    answer = await client.post("/page/acts/kick", data=seat(hall, target=hall.user_id("cy")), headers=OURS)
    assert answer.status_code == 422
    assert "Ana needs the permission Kick members in this guild." in answer.text


async def test_a_picker_finds_by_name_what_the_member_sees(client: AsyncClient, hall: Hall) -> None:
    async def found(user: str, kinds: str, called: str, **more: str) -> list[str]:
        query = {**seat(hall, user), "kinds": kinds, "called": called, **more}
        return re.findall(r"<bdi>([^<]+)</bdi>", (await client.get("/page/choices", params=query)).text)

    assert await found("ana", "users,roles", "@A") == ["@Ana", "@Artisan", "@Moderator"]
    assert await found("ana", "channels", "mod") == []
    assert await found("bo", "channels", "mod") == ["#mod-log"]
    assert await found("bo", "channels", "", types="2") == ["#Hearth"]


async def test_files_come_with_a_message(client: AsyncClient, hall: Hall) -> None:
    form = {name: str(value) for name, value in seat(hall).items()} | {"content": ""}
    files = {"files": ("notes.txt", b"remember", "text/plain")}
    assert (await client.post("/page/messages", data=form, files=files, headers=OURS)).status_code == 200
    drawn = (await client.get("/", params={name: str(value) for name, value in seat(hall).items()})).text
    assert "<bdi>notes.txt</bdi>" in drawn
