"""What survives `kill -9`: everything that was answered, and nothing by halves."""

import json
import random  # noqa: TID251 - a test's luck is its own
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import REMEMBERED_EVENTS, Session
from guildwright.playground.main import run
from guildwright.playground.playground import Options, Playground
from tests.fakes.playground_process import playground_process

pytestmark = pytest.mark.integration


def test_state_survives_a_kill_on_the_same_port(tmp_path: Path) -> None:
    with playground_process(tmp_path) as playground:
        before = playground.control("GET", "/state")
        gatehouse = playground.facts["channels"]["gatehouse"]
        path = f"/channels/{gatehouse}/messages"
        body = {"content": "kept", "nonce": "n-1", "enforce_nonce": True}
        message = playground.rest("POST", path, body).json()
        commands = f"/applications/{playground.facts['application_id']}/commands"
        registered = playground.rest("PUT", commands, [{"name": "ping", "description": "Pong"}]).json()
        dee = playground.control("POST", f"/guilds/{playground.facts['guild_id']}/members", {"name": "Dee"})
        effects = playground.control("GET", "/effects")
        facts = playground.facts

        playground.kill()
        playground.start()

        assert playground.facts == facts
        history = playground.rest("GET", path).json()
        assert [entry["id"] for entry in history] == [message["id"]]
        assert playground.rest("GET", commands).json()[0]["id"] == registered[0]["id"]
        assert playground.control("GET", "/effects") == effects
        members = playground.control("GET", "/state")["guilds"][0]["members"]
        assert dee["user"]["id"] in {member["user"]["id"] for member in members}
        assert len(members) == len(before["guilds"][0]["members"]) + 1
        # The same nonce is still the same message, and new ids are still newer.
        assert playground.rest("POST", path, body).json()["id"] == message["id"]
        assert int(playground.rest("POST", path, {"content": "new"}).json()["id"]) > int(dee["user"]["id"])


def hear(socket: ClientConnection, event: str) -> dict[str, Any]:
    while True:
        payload: dict[str, Any] = json.loads(socket.recv(5))
        if payload["t"] == event:
            return payload


def say(socket: ClientConnection, op: int, data: object) -> None:
    socket.send(json.dumps({"op": op, "d": data}))


def test_a_session_resumes_after_a_kill_with_all_that_it_missed(tmp_path: Path) -> None:
    with playground_process(tmp_path) as playground:
        facts = playground.facts
        address = f"ws://127.0.0.1:{facts['port']}/gateway"
        path = f"/channels/{facts['channels']['gatehouse']}/messages"
        identify = {"token": facts["token"], "intents": 513, "properties": {}}
        with connect(address) as bot:
            say(bot, 2, identify)
            session = hear(bot, "READY")["d"]["session_id"]
            seen = hear(bot, "GUILD_CREATE")["s"]
            for content in ("one", "two"):
                assert playground.rest("POST", path, {"content": content}).is_success
            playground.kill()
        playground.start()
        assert playground.rest("POST", path, {"content": "three"}).is_success
        with connect(address) as bot:
            say(bot, 6, {"token": facts["token"], "session_id": session, "seq": seen})
            told = [hear(bot, "MESSAGE_CREATE") for _ in range(3)]
            hear(bot, "RESUMED")

        assert [event["d"]["content"] for event in told] == ["one", "two", "three"]
        assert [event["s"] for event in told] == [seen + 1, seen + 2, seen + 3]


def test_a_session_is_forgotten_where_an_event_may_never_have_been_told(tmp_path: Path) -> None:
    file = tmp_path / "playground.sqlite3"
    play = Playground(Options(file=file))
    session = Session("s", Intent(0), (0, 1), {}, play.store.archive)
    play.store.archive.keep(session)
    session.tell("TYPING_START", {})
    play.close()

    play = Playground(Options(file=file))
    assert play.hub.sessions["s"].sequence == 1
    user = play.bot

    def die() -> None:
        raise KeyboardInterrupt

    def change_and_die() -> None:  # when it is true, but not yet told
        with play.store.change() as change:
            change.put(user)
            change.announce(die)

    with pytest.raises(KeyboardInterrupt):
        change_and_die()
    play.close()

    empty = Playground(Options(file=file))
    assert empty.hub.sessions == {}
    empty.close()
    again = Playground(Options(file=file))
    assert again.hub.start(Intent(0), (0, 1), {}, NoWire())
    again.close()


def test_a_session_whose_guilds_had_not_all_arrived_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "playground.sqlite3"
    play = Playground(Options(file=file))
    for name, arriving in (("whole", set[int]()), ("begun", {1})):
        session = Session(name, Intent(0), (0, 1), {}, play.store.archive)
        session.arriving = arriving
        play.store.archive.keep(session)
        session.tell("TYPING_START", {})
    play.close()

    again = Playground(Options(file=file))
    assert set(again.hub.sessions) == {"whole"}
    again.close()


class NoWire:
    """A connection that leads nowhere."""

    def send(self, payload: object) -> None: ...

    def close(self, code: int, reason: str) -> None: ...


def test_the_archive_keeps_as_many_events_as_a_session_remembers(tmp_path: Path) -> None:
    file = tmp_path / "playground.sqlite3"
    play = Playground(Options(file=file))
    session = Session("s", Intent(0), (0, 1), {}, play.store.archive)
    play.store.archive.keep(session)
    for _ in range(REMEMBERED_EVENTS + 2000):
        session.tell("TYPING_START", {})
    play.close()

    play = Playground(Options(file=file))
    kept = play.hub.sessions["s"]
    play.close()
    assert kept.sequence == REMEMBERED_EVENTS + 2000
    assert kept.can_resume_at(2000)
    assert not kept.can_resume_at(1999)


def test_effects_are_counted_with_the_effect_or_not_at_all(tmp_path: Path) -> None:
    luck = random.Random(7)  # noqa: S311 - not for secrets
    with playground_process(tmp_path, GUILDWRIGHT_PLAYGROUND_RATE_LIMITS="off") as playground:
        path = f"/channels/{playground.facts['channels']['gatehouse']}/messages"
        answered = 0
        for _ in range(4):
            killer = threading.Timer(luck.uniform(0.05, 0.3), playground.process.kill)
            killer.start()
            try:
                while True:
                    answered += playground.rest("POST", path, {"content": "x"}).is_success
            except httpx.TransportError:
                killer.join()
                playground.process.wait()
                playground.start()
        state = playground.control("GET", "/effects")["totals"]
        gatehouse = playground.facts["channels"]["gatehouse"]
        stored = len(playground.control("GET", f"/channels/{gatehouse}/messages?limit=200")["messages"])
        counted = state["messages_created"]

        # A killed answer may have been stored: counted is what is stored, and at least what was answered.
        assert answered <= counted <= answered + 4
        assert stored == min(counted, 200)


def test_it_ends_within_a_second_also_with_a_listener_and_a_bot(tmp_path: Path) -> None:
    with playground_process(tmp_path) as playground:
        seen = threading.Event()

        def listen() -> None:
            with httpx.stream("GET", playground.facts["control"] + "/events", timeout=30) as stream:
                seen.set()
                for _ in stream.iter_raw():
                    pass

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        assert seen.wait(5)
        with connect(f"ws://127.0.0.1:{playground.facts['port']}/gateway") as bot:
            bot.recv(5)
            took = playground.stop()
        listener.join(5)

        assert took < 1.5
        assert not listener.is_alive()


def test_a_busy_port_is_said_in_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with playground_process(tmp_path / "one") as playground:
        code = run(tmp_path / "two", "127.0.0.1", playground.facts["port"], None, None)

    error = capfd.readouterr().err
    assert code == 1
    assert str(playground.facts["port"]) in error
    assert "Traceback" not in error


def test_a_second_playground_on_the_same_data_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with playground_process(tmp_path) as playground:
        code = run(tmp_path, "127.0.0.1", 0, None, None)

    assert code == 1
    assert (tmp_path / "playground.port").read_text() == str(playground.facts["port"])
    assert "does another playground use it?" in capfd.readouterr().err


@pytest.mark.parametrize(
    "content", [b"not a database at all, only some text", b"\x00" * 4096, b"SQLite format 3\x00" + b"x" * 500]
)
def test_a_file_that_is_not_ours_is_said_in_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: bytes
) -> None:
    (tmp_path / "playground.sqlite3").write_bytes(content)

    code = run(tmp_path, "127.0.0.1", 0, None, None)

    assert code == 1
    assert "playground.sqlite3" in capfd.readouterr().err
