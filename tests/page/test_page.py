"""The page over HTTP: what it serves, under which policy, and whom it listens to."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import ASGITransport, AsyncClient

from guildwright.playground.app import make_app
from tests.fakes.hall import Hall

OURS = {"HX-Request": "true"}


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[AsyncClient]:
    # In the test's own loop: the playground's store belongs to one thread.
    app: Any = make_app(hall.play)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://page.test") as client:
        yield client


async def page(client: AsyncClient, **query: Any) -> str:
    response = await client.get("/", params=query)
    assert response.status_code == 200
    return response.text


async def test_a_newcomer_acts_as_a_member_who_is_not_the_owner_in_the_giveaways_channel(
    client: AsyncClient,
) -> None:
    drawn = await page(client)
    assert "<title>#giveaways as Ana, Guildwright playground</title>" in drawn
    assert "nothing here reaches Discord" in drawn


async def test_a_page_carries_the_strict_policy_and_nothing_inline(client: AsyncClient, hall: Hall) -> None:
    hall.write("guildwright", embeds=[{"title": "t", "color": 255}])
    response = await client.get("/")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; ")
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|javascript:|https?://(?!example)", response.text)


async def test_every_asset_that_the_page_asks_for_is_there_under_the_same_policy(
    client: AsyncClient,
) -> None:
    asked = set(re.findall(r'(?:src|href)="(/assets/[^"#]+)', (await page(client))))
    asked |= {"/assets/picker.js", "/assets/times.js", "/assets/vendor/combobox-nav.js", "/assets/vendor/NOTICES.txt"}
    asked |= {"/assets/vendor/bitter-latin.woff2", "/assets/vendor/source-sans-3-latin.woff2"}
    assert len(asked) > 10
    for path in asked:
        response = await client.get(path)
        assert response.status_code == 200, path
        assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_every_icon_that_a_template_names_is_in_the_sprite(client: AsyncClient) -> None:
    sprite = (await client.get("/assets/vendor/icons.svg")).text
    for name in set(re.findall(r"icons\.svg#([\w-]+)", (await page(client)))):
        assert f'id="{name}"' in sprite


@pytest.mark.parametrize("query", [{"channel": 1}, {"as": 1}, {"guild": 1}, {"channel": 1, "as": 1}])
async def test_an_address_of_what_is_gone_shows_what_is_there(client: AsyncClient, query: dict[str, int]) -> None:
    assert "#giveaways as Ana" in (await page(client, **query))


async def test_a_member_does_not_see_a_channel_that_is_hidden_from_them(client: AsyncClient, hall: Hall) -> None:
    hidden = hall.channel_id("mod-log")
    hall.write("guildwright", "mod-log", content="a secret")
    for_ana = await page(client, channel=hidden, **{"as": hall.user_id("ana")})
    assert "mod-log" not in for_ana
    assert "a secret" not in for_ana
    assert "a secret" in (await page(client, channel=hidden, **{"as": hall.user_id("bo")}))


async def test_a_private_reply_is_shown_to_its_member_alone(client: AsyncClient, hall: Hall) -> None:
    hall.write("guildwright", private_to="bo", content="for your eyes only")
    channel = hall.channel_id("giveaways")
    assert "for your eyes only" in (await page(client, channel=channel, **{"as": hall.user_id("bo")}))
    assert "for your eyes only" not in (await page(client, channel=channel, **{"as": hall.user_id("ana")}))


async def test_another_sites_form_is_refused(client: AsyncClient, hall: Hall) -> None:
    """A form on any web page can reach a local port, but it cannot set a header."""
    form = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("ana"), "content": "forged"}
    assert (await client.post("/page/messages", data=form)).status_code == 403
    assert "forged" not in (await page(client))
    assert (await client.post("/page/messages", data=form, headers=OURS)).status_code == 200
    assert "forged" in (await page(client))


async def test_a_written_message_appears_and_the_box_is_told_to_empty(client: AsyncClient, hall: Hall) -> None:
    form = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("bo"), "content": "hello there"}
    response = await client.post("/page/messages", data=form, headers=OURS)
    assert response.headers["hx-trigger"] == "spoken"
    assert "hello there" in (await page(client))


@pytest.mark.parametrize(
    ("channel", "content", "wrong"),
    [
        ("announcements", "hi", "Ana needs the permission Send messages in this channel."),
        ("giveaways", "  ", "Write something first."),
        ("giveaways", "x" * 5000, "2000"),
    ],
)
async def test_a_message_that_cannot_be_written_is_refused_beside_the_box(
    client: AsyncClient, hall: Hall, channel: str, content: str, wrong: str
) -> None:
    form = {"channel": hall.channel_id(channel), "as": hall.user_id("ana"), "content": content}
    response = await client.post("/page/messages", data=form, headers=OURS)
    assert response.status_code == 422
    assert wrong in response.text
    assert 'role="alert"' in response.text


async def test_the_picker_lists_what_the_bot_declared(client: AsyncClient, hall: Hall) -> None:
    assert "The bot has declared no commands yet." in (await page(client))
    options = [{"type": 1, "name": "start", "description": "Open a new draw"}]
    hall.declare({"name": "giveaway", "options": options}, {"name": "ban", "default_member_permissions": "4"})
    drawn = await page(client)
    assert 'data-name="giveaway start"' in drawn
    assert "Open a new draw" in drawn
    assert drawn.count("not for you") == 1


async def test_alone_with_the_bot_its_commands_for_servers_are_not_said_to_be_undeclared(
    client: AsyncClient, hall: Hall
) -> None:
    hall.declare({"name": "giveaway", "contexts": [0]})
    seat = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("ana")}
    opened = await client.post("/page/acts/open-private", data=seat, headers=OURS)
    private = parse_qs(urlsplit(json.loads(opened.headers["HX-Location"])["path"]).query)
    assert "The bot has no commands for private messages." in (await page(client, **private))
    assert "The tour goes on in a channel of the server." in (await client.get("/page/tour", params=private)).text


async def test_an_incomplete_command_comes_back_with_what_is_missing(client: AsyncClient, hall: Hall) -> None:
    wanted = [
        {"type": 3, "name": "prize", "description": "What the winner gets", "required": True},
        {"type": 4, "name": "winners", "description": "How many", "max_value": 50},
    ]
    hall.declare({"name": "start", "options": wanted})
    seat = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("ana")}
    empty = await client.get("/page/command", params={**seat, "name": "start"})
    assert 'aria-required="true"' in empty.text
    form = {**seat, "command": "start", "option.prize": "", "option.winners": "60"}
    wrong = await client.post("/page/commands", data=form, headers=OURS)
    assert wrong.status_code == 422
    assert "This is needed." in wrong.text
    assert "60 is above the limit of 50." in wrong.text
    assert 'value="60"' in wrong.text


async def test_a_command_while_the_bot_is_away_says_so_in_the_form(client: AsyncClient, hall: Hall) -> None:
    hall.declare({"name": "help"})
    form = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("ana"), "command": "help"}
    answer = await client.post("/page/commands", data=form, headers=OURS)
    assert answer.status_code == 422
    assert "The bot is not connected" in answer.text
    assert "<b><bdi>Guildwright</bdi> is not connected.</b>" in (await page(client))


async def test_a_dismissed_reply_is_gone_and_a_second_press_does_no_harm(client: AsyncClient, hall: Hall) -> None:
    reply = hall.write("guildwright", private_to="ana", content="for Ana")
    seat = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("ana")}
    for _ in range(2):
        assert (await client.delete(f"/page/private/{reply.id}", params=seat, headers=OURS)).status_code == 200
    assert "for Ana" not in (await page(client))


async def test_unread_messages_are_counted_until_the_channel_is_opened(client: AsyncClient, hall: Hall) -> None:
    ana, gatehouse = hall.user_id("ana"), hall.channel_id("gatehouse")
    hall.write("bo", "gatehouse", content="one")
    hall.write("bo", "gatehouse", content="two")
    assert f'id="unread-{gatehouse}" >2<' in (await page(client, **{"as": ana}))
    (await page(client, channel=gatehouse, **{"as": ana}))
    assert f'id="unread-{gatehouse}" ></span>' in (await page(client, **{"as": ana}))
