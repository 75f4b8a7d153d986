"""Commands of every kind, autocomplete, buttons, selects, modals, late and private answers."""

import base64
import json

import pytest

from tests.clients.stock import Stock


def test_it_understands_every_option_of_a_command(stock: Stock) -> None:
    stock.do("declare")
    people, channels, roles = stock.people, stock.channels, stock.roles
    options = {
        "text": "Pie & <b>",
        "count": 3,
        "yes": True,
        "who": people["ana"],
        "where": channels["giveaways"],
        "rank": roles["Moderator"],
        "thing": roles["Artisan"],
        "share": 0.5,
    }
    result = stock.command("bo", "look", options=options)

    assert json.loads(result["message"]["content"]) == {
        "by": people["bo"],
        "locale": "en-GB",
        "guild": stock.guild,
        "text": "Pie & <b>",
        "count": 3,
        "yes": True,
        "who": {"id": people["ana"], "name": "Ana", "roles": [roles["Artisan"]]},
        "where": {"id": channels["giveaways"], "name": "giveaways", "type": 0},
        "rank": {"id": roles["Moderator"], "name": "Moderator"},
        "thing": {"id": roles["Artisan"], "name": "Artisan"},
        "share": 0.5,
    }


def test_it_reads_a_file_that_a_member_gives_to_a_command(stock: Stock) -> None:
    stock.do("declare")
    people, channels, roles = stock.people, stock.channels, stock.roles
    options = {
        "text": "x",
        "count": 1,
        "yes": False,
        "who": people["bo"],
        "where": channels["gatehouse"],
        "rank": roles["Artisan"],
        "thing": people["cy"],
        "share": 1.5,
        "paper": 0,
    }
    paper = {"filename": "paper.txt", "content": base64.b64encode("Grüße".encode()).decode()}
    result = stock.command("bo", "look", options=options, files=[paper])

    assert json.loads(result["message"]["content"])["paper"] == {"filename": "paper.txt", "size": 7, "text": "Grüße"}


def test_it_completes_what_a_member_types(stock: Stock) -> None:
    stock.do("declare")
    body = {
        "user_id": stock.people["cy"],
        "channel_id": stock.channels["gatehouse"],
        "command": "look",
        "focused": "text",
        "options": {"text": "Pi"},
    }
    offered = stock.control("POST", "/autocomplete", **body)

    assert offered["choices"] == [{"name": "Pi!", "value": "Pi"}, {"name": "Pi?", "value": "Pi-"}]


def test_its_commands_of_the_context_menu_see_their_target(stock: Stock) -> None:
    stock.do("declare")
    said = stock.say("cy", "gatehouse", "To be quoted")
    greeted = stock.command("ana", "Greet", target_id=stock.people["bo"])
    quoted = stock.command("ana", "Quote", target_id=said["id"])

    assert greeted["message"]["content"] == "Hello Bo, says Ana"
    assert quoted["message"]["content"] == "Cy said: To be quoted"


def test_it_thinks_answers_late_follows_up_and_takes_back(stock: Stock) -> None:
    stock.do("declare")
    result = stock.command("ana", "later")
    stock.client.wait_for("later is done")
    result = stock.control("GET", f"/interactions/{result['interaction_id']}")

    assert result["message"]["content"] == "Thought about it"
    assert [(entry["content"], entry["flags"]) for entry in result["follow_ups"]] == [
        ("A follow-up, edited", 0),
        ("For your eyes only", 64),
    ]

    result = stock.command("ana", "hidden")
    stock.client.wait_for("hidden is done")
    private = stock.control("GET", f"/users/{stock.people['ana']}/private")["messages"]
    assert result["interaction_id"]
    assert "Soon gone" not in [entry["content"] for entry in private]


def test_its_modal_brings_back_what_was_filled_in(stock: Stock) -> None:
    stock.do("declare")
    result = stock.command("cy", "ask")
    assert result["status"] == "modal"
    assert result["modal"]["title"] == "A question"
    values = {"name": "Cy", "about": "Two\nlines"}
    body = {"user_id": stock.people["cy"], "modal_id": result["modal"]["modal_id"], "values": values}
    answered = stock.settled(stock.control("POST", "/modals", **body))

    assert json.loads(answered["message"]["content"]) == values
    assert answered["message"]["flags"] == 64


def test_its_modal_with_selects_brings_back_what_was_chosen(stock: Stock) -> None:
    if stock.client.library == "hikari_bot":
        pytest.skip("hikari 2.7 builds no labels, so its modals have no selects")
    stock.do("declare")
    result = stock.command("cy", "choose")
    values = {"colour": ["red"], "who": [stock.people["bo"]]}
    body = {"user_id": stock.people["cy"], "modal_id": result["modal"]["modal_id"], "values": values}
    answered = stock.settled(stock.control("POST", "/modals", **body))

    assert json.loads(answered["message"]["content"]) == {"colour": ["red"], "who": ["Bo"]}


def test_its_buttons_and_selects_know_what_was_pressed_and_chosen(stock: Stock) -> None:
    stock.do("declare")
    panel = stock.command("ana", "panel")["message"]["id"]
    people, roles, channels = stock.people, stock.roles, stock.channels
    ana, bo = people["ana"], people["bo"]

    assert stock.use("bo", panel, "again")["message"]["content"] == "Pressed by Bo"
    assert stock.use("bo", panel, "quiet")["status"] == "updated"
    seen = {}
    for custom_id, values in {
        "words": ["red", "blue"],
        "people": [ana, bo],
        "ranks": [roles["Artisan"]],
        "things": [roles["Moderator"], bo],
    }.items():
        seen[custom_id] = json.loads(stock.use("cy", panel, custom_id, *values)["message"]["content"])
    places = stock.command("ana", "places")["message"]["id"]
    seen["places"] = json.loads(stock.use("cy", places, "places", channels["giveaways"])["message"]["content"])

    assert seen == {
        "words": ["blue", "red"],
        "people": ["Ana", "Bo"],
        "ranks": ["Artisan"],
        "things": ["Bo", "Moderator"],
        "places": ["giveaways"],
    }
    assert stock.differs() == []
