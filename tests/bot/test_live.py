"""The bot as members meet it: a real shard and worker, driven through the playground's control API."""

import asyncio
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis

from guildwright_bot.core.setup import LEAST
from tests.contract.validate import validate_record
from tests.fakes import documents
from tests.fakes.guildwright import Running, alive, until
from tests.fakes.play import Play, button, text_of

pytestmark = pytest.mark.integration

RETENTION_SECONDS = 4
IMAGE = "https://example.org/lamp.png"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One Guildwright for all tests of this file; its whole traffic is judged at the end."""
    env = {
        "GUILDWRIGHT_INTENTS_MESSAGE_CONTENT": "true",
        "GUILDWRIGHT_GUILD_DATA_RETENTION": f"{RETENTION_SECONDS}s",
    }
    running = Running.ready(tmp_path_factory.mktemp("live"), env)
    try:
        until(
            lambda: running.get("/commands", user_id=Play(running).owner, channel_id=Play(running).channel)["commands"]
        )
        yield running
    finally:
        running.stop()
    assert validate_record(running.record) == []


@pytest.fixture
def play(up: Running) -> Iterator[Play]:
    """The demo guild, without a document of its own before and after each test."""
    playing = Play(up)
    yield playing
    if document(playing).exists():
        document(playing).unlink()
        until(lambda: "default settings" in settings_in_force(playing))


def document(play: Play) -> Path:
    return play.up.guilds / "oak-hall.yaml"


def settings_in_force(play: Play) -> str:
    """What `/setup` says of the guild's settings."""
    said = text_of(play.command(play.owner, "setup").get("message") or {})
    return next((line for line in said.splitlines() if "settings" in line), "")


def configure(play: Play, spec: dict[str, Any]) -> None:
    """Write the guild's document, and wait until the shard obeys it."""
    text = {
        "apiVersion": "guildwright.dev/v1alpha1",
        "kind": "GuildConfig",
        "metadata": {"name": play.guild},
        "spec": spec,
    }
    before = settings_in_force(play)
    document(play).write_text(json.dumps(text))
    until(lambda: settings_in_force(play) != before)


def role(play: Play, name: str) -> str:
    [found] = [r["id"] for r in play.up.get(f"/guilds/{play.guild}")["roles"] if r["name"] == name]
    return str(found)


def need(look: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """A message, once it is there."""
    found = until(look)
    assert found
    return found


def write(play: Play, user: str, content: str) -> str:
    """Write a message in #giveaways; return its id."""
    written = play.up.post(f"/channels/{play.channel}/messages", user_id=user, content=content)
    return str(written.get("id") or written["message"]["id"])


def answer_to(play: Play, message_id: str) -> dict[str, Any] | None:
    """The bot's reply to a message."""
    for message in play.messages():
        if (message.get("message_reference") or {}).get("message_id") == message_id:
            return message
    return None


def rows(play: Play, sql: str, *args: object) -> list[Any]:
    """What the database has."""
    url = json.loads((play.up.home / "data" / "up.json").read_text())["env"]["DATABASE_URL"]

    async def read() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()

    return asyncio.run(read())


def test_everything_that_is_built_is_declared_to_discord(play: Play) -> None:
    found = play.up.get("/commands", user_id=play.owner, channel_id=play.channel)["commands"]
    verbs = ("start", "edit", "end", "reroll", "list", "delete")
    commands = {"help", "setup", "Reroll giveaway", *(f"giveaway {verb}" for verb in verbs)}
    assert {command["command"] for command in found} == commands


def test_what_comes_again_by_itself_is_known_to_the_database(play: Play) -> None:
    until(lambda: rows(play, "SELECT 1 FROM recurring_job WHERE name = 'giveaways.retention'"))


def test_commands_that_somebody_wiped_come_back_with_the_next_session(play: Play) -> None:
    api, app = play.up.facts["api"], play.up.facts["application_id"]
    headers = {"Authorization": f"Bot {play.up.facts['token']}"}
    play.up.http.put(f"{api}/applications/{app}/commands", json=[], headers=headers).raise_for_status()
    pid = play.up.pids()["shard"]
    play.up.kill("shard", signal.SIGTERM)
    until(lambda: play.up.pids()["shard"] != pid)
    until(lambda: play.up.get("/commands", user_id=play.owner, channel_id=play.channel)["commands"], within=30)
    until(lambda: play.command(play.owner, "help")["status"] == "replied", within=30)


def test_a_refusal_is_private_and_says_what_is_missing(play: Play) -> None:
    before = len(play.messages())
    result = play.command(play.members["ana"], "giveaway start", prize="Lamp", duration="1h")
    assert result["message"]["flags"] & 64
    assert "Manage Server" in text_of(result["message"])
    assert len(play.messages()) == before


def test_an_edit_of_the_document_changes_who_may(play: Play) -> None:
    configure(play, {"giveaways": {"managerRoles": [role(play, "Artisan")]}})
    result = play.command(play.members["ana"], "giveaway start", prize="Ana's lamp", duration="1h")
    assert "starts in" in text_of(result["message"])
    play.wait_panel("Ana's lamp")


def test_the_bot_says_where_it_may_not_write(play: Play) -> None:
    made = play.up.post(f"/guilds/{play.guild}/channels", name="locked", private=True)
    place = made.get("id") or made["channel"]["id"]
    result = play.command(play.owner, "giveaway start", prize="Lamp", duration="1h", channel=place)
    said = text_of(result["message"])
    assert f"<#{place}>" in said
    assert "View Channel" in said


def test_a_manager_starts_nothing_in_a_channel_that_they_cannot_view_and_is_not_told_of_it(play: Play) -> None:
    configure(play, {"giveaways": {"managerRoles": [role(play, "Artisan")]}})
    hidden = play.up.facts["channels"]["mod-log"]
    result = play.command(play.members["ana"], "giveaway start", prize="Spy glass", duration="1h", channel=hidden)
    assert "You need the permission" in text_of(result["message"])
    assert "View Channel" in text_of(result["message"])
    play.start("Secret ledger", "1h", channel=hidden)
    assert "Secret ledger" in text_of(play.command(play.owner, "giveaway list")["message"])
    assert "Secret ledger" not in text_of(play.command(play.members["ana"], "giveaway list")["message"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"duration": "10"}, "has no unit"),
        ({"duration": "whenever"}, "cannot read"),
        ({"duration": "5s"}, "10 seconds to 60 days"),
        ({"duration": "61d"}, "10 seconds to 60 days"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(play: Play, options: dict[str, Any], expected: str) -> None:
    result = play.command(play.owner, "giveaway start", **{"prize": "Lamp", **options})
    assert expected in text_of(result["message"])


def test_a_giveaway_is_suggested_by_its_prize_and_ended_by_its_number(play: Play) -> None:
    play.start("Copper kettle", "1h")
    play.wait_panel("Copper kettle")
    found = play.up.post(
        "/autocomplete",
        user_id=play.owner,
        channel_id=play.channel,
        command="giveaway end",
        focused="giveaway",
        options={"giveaway": "kett"},
    )
    [choice] = found["choices"]
    assert "Copper kettle" in choice["name"]
    result = play.command(play.owner, "giveaway end", giveaway=choice["value"])
    assert "has ended" in text_of(result["message"])
    until(lambda: play.announcements("Copper kettle"))
    assert "has ended already" in text_of(play.command(play.owner, "giveaway end", giveaway=choice["value"])["message"])


def test_a_giveaway_is_previewed_posted_and_edited(play: Play) -> None:
    options = {"prize": "Glass lamp", "duration": "1h", "preview": True, "colour": "#123456", "image": IMAGE}
    preview = play.command(play.owner, "giveaway start", **options)["message"]
    assert preview["flags"] & 64
    [shown] = preview["embeds"]
    assert (shown["title"], shown["color"], shown["image"]["url"]) == ("Glass lamp", 0x123456, IMAGE)
    assert not any("Glass lamp" in text_of(message) for message in play.messages())
    posted = play.click(play.owner, preview, "Post")
    assert posted["status"] == "updated"
    assert "starts in" in text_of(posted["message"])
    assert posted["message"]["embeds"] == posted["message"]["components"] == []
    panel = play.wait_panel("Glass lamp")
    assert (panel["embeds"][0]["color"], panel["embeds"][0]["image"]["url"]) == (0x123456, IMAGE)
    artisan = f"<@&{role(play, 'Artisan')}>"
    number = text_of(posted["message"]).split()[1]
    options = {
        "giveaway": number,
        "required_roles": artisan,
        "ends_in": "2h",
        "bonus": f"{artisan} 3",
        "colour": "none",
    }
    assert "is changed" in text_of(play.command(play.owner, "giveaway edit", **options)["message"])
    until(lambda: "Extra entries" in text_of(play.wait_panel("Glass lamp")))
    refused = play.click(play.members["cy"], play.wait_panel("Glass lamp"), "Enter")
    assert "You need the role" in text_of(refused["message"])


def test_the_menu_of_a_message_rerolls_its_giveaway_and_the_guard_stands_before_it_too(play: Play) -> None:
    play.start("Brass bell", "10s")
    panel = play.wait_panel("Brass bell")
    play.enter(play.members["ana"], "Brass bell")
    until(lambda: play.announcements("Brass bell"), within=30)

    def menu(user: str, message: str) -> str:
        asked = {"user_id": user, "channel_id": play.channel, "command": "Reroll giveaway", "target_id": message}
        return text_of(play.up.post("/commands", **asked)["message"])

    assert "Manage Server" in menu(play.members["ana"], panel["id"])
    assert "held by a winner" in menu(play.owner, panel["id"])
    assert "held by a winner" in menu(play.owner, play.announcements("Brass bell")[0]["id"])
    assert "not one of a giveaway" in menu(play.owner, write(play, play.owner, "hello"))


def test_a_giveaway_is_deleted_by_the_link_to_its_message(play: Play) -> None:
    play.start("Tin whistle", "1h")
    panel = play.wait_panel("Tin whistle")
    link = f"https://discord.com/channels/{play.guild}/{play.channel}/{panel['id']}"
    assert "is deleted" in text_of(play.command(play.owner, "giveaway delete", giveaway=link)["message"])
    until(lambda: panel["id"] not in {message["id"] for message in play.messages()})


def test_commands_work_as_messages_where_the_document_says_so_and_nowhere_else(play: Play) -> None:
    mention = f"<@{play.up.facts['application_id']}>"
    silent = write(play, play.owner, f"{mention} help")
    configure(play, {"commands": {"mention": True, "prefix": {"text": "!"}}})
    asked = write(play, play.owner, f'{mention} giveaway start "Oak stool" 1h --winners 2')
    assert "Oak stool" in text_of(need(lambda: answer_to(play, asked)))
    assert "2 winners" in text_of(play.wait_panel("Oak stool"))
    listed = write(play, play.members["ana"], "!giveaway list")
    assert "Oak stool" in text_of(need(lambda: answer_to(play, listed)))
    helped = write(play, play.members["ana"], f"{mention} help")
    assert "/giveaway list" in text_of(need(lambda: answer_to(play, helped)))
    refused = write(play, play.members["cy"], '!giveaway start "Mine" 1h')
    assert "Manage Server" in text_of(need(lambda: answer_to(play, refused)))
    assert answer_to(play, silent) is None


def test_a_message_command_that_cannot_be_read_is_answered_with_its_usage(play: Play) -> None:
    configure(play, {"commands": {"prefix": {"text": "!"}}})
    asked = write(play, play.owner, "!giveaway start")
    assert "giveaway start <prize> <duration>" in text_of(need(lambda: answer_to(play, asked)))
    for surplus in ('!giveaway start "Oak bench" 10m 3', '!giveaway start "Oak bench" 10m --winner 3', "!help me"):
        asked = write(play, play.owner, surplus)
        assert "Write it like this" in text_of(need(lambda asked=asked: answer_to(play, asked)))  # type: ignore[misc]
    unfinished = write(play, play.owner, "!giveaway")
    assert "second word" in text_of(need(lambda: answer_to(play, unfinished)))


def test_too_many_messages_are_answered_with_one_request_to_slow_down(play: Play) -> None:
    configure(play, {"commands": {"prefix": {"text": "!", "perMinute": 2}}})
    asked = [write(play, play.members["bo"], "!help") for _ in range(5)]
    need(lambda: answer_to(play, asked[2]))
    time.sleep(0.5)  # there is no sign of an answer that is not given
    answers = [answer_to(play, message) for message in asked]
    assert [bool(answer) for answer in answers] == [True, True, True, False, False]
    assert answers[2] is not None
    assert "Try again in" in text_of(answers[2])


def test_a_refused_command_is_told_to_the_audit_channel(play: Play) -> None:
    log = play.up.facts["channels"]["gatehouse"]
    configure(play, {"general": {"auditChannel": log}})
    play.command(play.members["cy"], "giveaway start", prize="Lamp", duration="1h")

    def told() -> bool:
        found = play.up.get(f"/channels/{log}/messages", limit=50)["messages"]
        return any("was refused giveaway start" in text_of(message) for message in found)

    until(told)


def test_a_dropped_connection_is_resumed_and_nothing_is_lost(play: Play) -> None:
    [session] = [s for s in play.up.get("/gateway")["sessions"] if s.get("connected", True)]
    play.up.http.delete(f"{play.up.facts['control'].rstrip('/')}/gateway/{session['session_id']}").raise_for_status()
    until(lambda: play.command(play.owner, "help")["status"] == "replied", within=30)
    sessions = [s["session_id"] for s in play.up.get("/gateway")["sessions"]]
    assert session["session_id"] in sessions


def test_a_guild_that_invites_the_bot_is_greeted_once_and_can_check_its_setup(play: Play) -> None:
    guild = play.up.post("/guilds", name="The Elm Hall", owner_name="Edda")
    channel = play.up.post(f"/guilds/{guild['id']}/channels", name="lobby")["id"]

    def welcome() -> dict[str, Any] | None:
        for place in play.up.get(f"/guilds/{guild['id']}")["channels"]:
            if place["type"] == 0:
                for message in play.up.get(f"/channels/{place['id']}/messages", limit=50)["messages"]:
                    if "Setting up Guildwright" in text_of(message):
                        return dict(message)
        return None

    greeted = need(welcome)
    assert button(greeted, "Check again")
    clicked = play.up.post(
        "/components", user_id=guild["owner_id"], message_id=greeted["id"], custom_id="gw:core:setup"
    )
    assert f"permissions={int(LEAST)}" in text_of(clicked["message"]) + json.dumps(clicked["message"]["embeds"])
    assert channel


def test_data_of_a_guild_that_put_the_bot_out_is_erased_when_the_time_is_over_unless_it_comes_back(play: Play) -> None:
    kept, lost = (play.up.post("/guilds", name=name, owner_name=f"{name} owner") for name in ("Keeping", "Losing"))
    for guild in (kept, lost):
        channel = play.up.post(f"/guilds/{guild['id']}/channels", name="prizes")["id"]
        until(
            lambda guild=guild, channel=channel: (
                play.up.post(  # type: ignore[misc]
                    "/commands",
                    user_id=guild["owner_id"],
                    channel_id=channel,
                    command="giveaway start",
                    options={"prize": "Lamp", "duration": "1h"},
                )["status"]
                == "replied"
            )
        )
        assert rows(play, "SELECT 1 FROM giveaway WHERE guild_id = $1", int(guild["id"]))
        play.up.http.delete(f"{play.up.facts['control'].rstrip('/')}/guilds/{guild['id']}/bot").raise_for_status()
    until(
        lambda: rows(
            play, "SELECT 1 FROM guild_membership WHERE guild_id = $1 AND left_at IS NOT NULL", int(kept["id"])
        )
    )
    back = f"{play.up.facts['control'].rstrip('/')}/guilds/{kept['id']}/bot"
    play.up.http.put(back, json={}).raise_for_status()
    until(lambda: not rows(play, "SELECT 1 FROM giveaway WHERE guild_id = $1", int(lost["id"])), within=30)
    assert not rows(play, "SELECT 1 FROM guild_membership WHERE guild_id = $1", int(lost["id"]))
    assert not rows(play, "SELECT 1 FROM job WHERE guild_id = $1", int(lost["id"]))
    assert rows(play, "SELECT 1 FROM giveaway WHERE guild_id = $1", int(kept["id"]))


def test_a_shard_stops_in_good_order_within_four_seconds(play: Play) -> None:
    pid = play.up.kill("shard", signal.SIGTERM)
    began = time.monotonic()
    until(lambda: not alive(pid), within=10)
    assert time.monotonic() - began < 4
    until(lambda: play.command(play.owner, "help")["status"] == "replied", within=30)


def test_the_shard_reports_which_document_each_of_its_guilds_obeys(play: Play) -> None:
    env = json.loads((play.up.home / "data" / "up.json").read_text())["env"]
    guild = play.up.post("/guilds", name="Reported", owner_name="Rita")["id"]
    with redis.Redis.from_url(env["REDIS_URL"]) as client:

        def reported() -> dict[str, Any] | None:
            said = client.hget("guildwright:config:live", guild)
            return json.loads(said) if isinstance(said, bytes) else None

        assert need(reported) == {"uid": "", "generation": 0, "shard": 0}
        (play.up.guilds / "reported.yaml").write_text(documents.document(guild, rerolls=3))
        until(lambda: (reported() or {}).get("generation") == 1)
        play.up.http.delete(f"{play.up.facts['control'].rstrip('/')}/guilds/{guild}/bot").raise_for_status()
        until(lambda: reported() is None)
    (play.up.guilds / "reported.yaml").unlink()
