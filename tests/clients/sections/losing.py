"""What goes wrong between a bot and Discord, and that a stock client lives through it as it does there."""

import time

from tests.clients.stock import Stock

# What the libraries say, rightly, of a network that fails: nothing else may be said.
FAILING_NETWORK = (
    r"discord.client: Attempting a reconnect in",
    r"discord.http: (Global rate|We are being rate)",
    r"hikari.rest: (Received status|received status)",
    r"hikari.rest: you are being|hikari.ratelimits: you are being",
    r"hikari.gateway.*(connection got reset by server|failed to communicate with server|Will retry shortly)",
    r"hikari.*(rate limited on|Retrying request|backing off)",
    r"^ERROR: (Error: |AggregateError|SocketError)?.*ECONN(REFUSED|RESET)",
)


def test_a_429_is_waited_out_and_the_message_is_written_once(stock: Stock) -> None:
    stock.forgive(*FAILING_NETWORK)
    path = "/channels/*/messages"
    stock.control("DELETE", "/faults")
    fault = {"effect": "rate_limit", "retry_after": 0.6, "times": 2, "match": {"method": "POST", "path": path}}
    stock.control("POST", "/faults", **fault)
    began = time.monotonic()
    said = stock.do("say", channel=stock.channels["giveaways"], content="Patience")

    if stock.client.library != "hikari_bot":  # which takes every bucket for one that fills up again drop by drop
        assert time.monotonic() - began >= 1.2
    assert [entry["hits"] for entry in stock.control("GET", "/faults")["faults"]] == [2]
    assert stock.written("giveaways", "Patience") == [said["id"]]


def test_an_answer_of_500_is_asked_for_again(stock: Stock) -> None:
    stock.forgive(*FAILING_NETWORK)
    fault = {"effect": "status", "status": 502, "times": 1, "match": {"method": "POST", "path": "/channels/*/messages"}}
    stock.control("POST", "/faults", **fault)
    said = stock.do("say", channel=stock.channels["giveaways"], content="Once more")

    assert stock.written("giveaways", "Once more") == [said["id"]]


def test_it_resumes_after_a_cut_connection_and_hears_what_it_missed(stock: Stock) -> None:
    stock.forgive(*FAILING_NETWORK)
    session = stock.session()
    resumed = stock.client.count("resumed")
    stock.control("POST", "/faults/gateway", act="drop")
    missed = stock.say("ana", "giveaways", "While you were away")
    stock.client.wait_for("resumed", resumed + 1)

    assert stock.session() == session
    stock.hears(missed)
    assert stock.differs() == []


def test_it_resumes_when_it_is_asked_to_reconnect(stock: Stock) -> None:
    stock.forgive(*FAILING_NETWORK)
    session = stock.session()
    resumed = stock.client.count("resumed")
    stock.control("POST", "/faults/gateway", act="reconnect")
    missed = stock.say("bo", "giveaways", "While you were on your way")
    stock.client.wait_for("resumed", resumed + 1)

    assert stock.session() == session
    stock.hears(missed)
    assert stock.differs() == []


def test_it_starts_anew_when_its_session_is_invalid(stock: Stock) -> None:
    stock.forgive(*FAILING_NETWORK)
    session = stock.session()
    identified = stock.client.count("identified")
    stock.control("POST", "/faults/gateway", act="invalid_session", resumable=False)
    stock.client.wait_for("identified", identified + 1)

    assert stock.session() != session
    stock.hears(stock.say("cy", "giveaways", "Welcome back"))
    assert stock.differs() == []


def test_a_killed_playground_comes_back_with_everything_and_the_client_goes_on(stock: Stock) -> None:
    stock.forgive(*FAILING_NETWORK)
    before, session = stock.held.guild(), stock.session()
    resumed, identified = stock.client.count("resumed"), stock.client.count("identified")
    stock.playground.kill()
    stock.playground.start()
    stock.control("PATCH", "/limits", per_second=1000)
    missed = stock.say("ana", "giveaways", "After the power cut")
    # discord.js starts anew when it finds nobody at the address; the others resume.
    stock.client.wait_until(lambda client: client.count("resumed") > resumed or client.count("identified") > identified)

    assert stock.held.guild() == before
    if stock.client.count("resumed") > resumed:
        assert stock.session() == session
        stock.hears(missed)
    stock.hears(stock.say("bo", "giveaways", "All is well"))
    assert stock.differs() == []
