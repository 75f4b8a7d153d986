"""The message macro draws all that Discord puts into a message, and nothing that a reader may not see or follow."""

from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import DictLoader

from guildwright.platform.markup.messages import Reading, avatar_colour, environment, initial, initials
from guildwright.platform.markup.names import NoNames

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ENV = environment(DictLoader({}), "/icons.svg")
MACRO = ENV.get_template("message.html").make_module().message  # type: ignore[attr-defined]
ACTIONS = {"post": "/send", "dismiss": "/away", "choices": {"roles": [{"value": "5", "label": "@Artisan"}]}}


class Hall(NoNames):
    """Knows two members."""

    def user(self, user_id: str) -> str | None:
        return {"1": "Ana", "2": "Bo"}.get(user_id)


def message(**parts: Any) -> dict[str, Any]:
    plain = {
        "id": "900",
        "type": 0,
        "author": {"id": "1", "username": "ana", "global_name": "Ana"},
        "content": "hello",
        "timestamp": "2026-11-21T11:00:00+00:00",
        "flags": 0,
    }
    return {**plain, **parts}


def draw(actions: dict[str, Any] | None = ACTIONS, viewer: str = "2", roles: tuple[str, ...] = (), **parts: Any) -> str:
    reading = Reading(Hall(), NOW, viewer, frozenset(roles))
    return " ".join(str(MACRO(message(**parts), reading, actions)).split())


def button(**parts: Any) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "style": 1, "label": "Enter", "custom_id": "gw:enter:1", **parts}]}


def test_a_message_names_its_author_and_its_time() -> None:
    drawn = draw()
    assert '<li class="message" id="m-900">' in drawn
    assert "<bdi>Ana</bdi>" in drawn
    assert 'datetime="2026-11-21T11:00:00Z"' in drawn
    assert "tag" not in drawn
    assert "edited" not in drawn


def test_a_bot_has_its_tag_and_an_edit_its_mark() -> None:
    drawn = draw(author={"id": "9", "username": "Gw", "bot": True}, edited_timestamp="2026-11-21T11:05:00+00:00")
    assert '<span class="tag">Bot</span>' in drawn
    assert "(edited <time" in drawn


def test_a_name_cannot_carry_markup() -> None:
    assert "&lt;b&gt;x&lt;/b&gt;" in draw(author={"id": "9", "username": "<b>x</b>"})


def test_a_private_reply_says_who_sees_it_and_can_be_dismissed() -> None:
    drawn = draw(flags=64)
    assert "is-private" in drawn
    assert "Only <bdi>Bo</bdi> sees this." in drawn
    assert 'hx-delete="/away/900"' in drawn


def test_a_promised_reply_says_that_the_bot_is_thinking() -> None:
    assert "is thinking…" in draw(flags=128, content="")


def test_a_reply_to_a_command_says_who_used_it() -> None:
    used = {"type": 2, "user": {"id": "1", "username": "ana"}}
    drawn = draw(interaction_metadata=used, interaction={"name": "giveaway start"})
    assert '<b><bdi>Ana</bdi></b> used <span class="mention"><bdi dir="ltr">/giveaway start</bdi></span>' in drawn


def test_a_reply_quotes_the_original_or_says_that_it_is_gone() -> None:
    original = message(content="**first**")
    quoted = draw(message_reference={"message_id": "1"}, referenced_message=original)
    assert '<span class="excerpt"><strong>first</strong></span>' in quoted
    assert "was deleted" in draw(message_reference={"message_id": "1"}, referenced_message=None)


@pytest.mark.parametrize(
    ("parts", "pinged"),
    [
        ({"mentions": [{"id": "2"}]}, True),
        ({"mentions": [{"id": "1"}]}, False),
        ({"mention_roles": ["5"]}, True),
        ({"mention_roles": ["6"]}, False),
        ({"mention_everyone": True}, True),
    ],
)
def test_a_message_stands_out_for_whom_it_pings(parts: dict[str, Any], pinged: bool) -> None:
    assert ("is-ping" in draw(roles=("5",), **parts)) is pinged


def test_an_embed_is_drawn_without_inline_style_and_its_foreign_picture_is_only_a_link() -> None:
    embed = {
        "title": "Giveaway: **chest**",
        "description": "Press Enter",
        "color": 0xB8741A,
        "fields": [{"name": "Winners", "value": "2", "inline": True}, {"name": "Rules", "value": "none"}],
        "footer": {"text": "<i>foot</i>", "icon_url": "https://evil.example/i.png"},
        "image": {"url": "https://evil.example/x.png"},
        "author": {"name": "Ana", "url": "javascript:alert(1)"},
        "url": "javascript:alert(1)",
        "timestamp": "2026-11-21T11:00:00+00:00",
    }
    drawn = draw(embeds=[embed])
    assert 'fill="#b8741a"' in drawn
    assert "<strong>chest</strong>" in drawn
    assert drawn.count("is-inline") == 1
    assert "&lt;i&gt;foot&lt;/i&gt;" in drawn
    assert '<a href="https://evil.example/x.png" target="_blank" rel="noopener noreferrer nofollow">' in drawn
    for never in (" style=", "<img", "i.png", "javascript"):
        assert never not in drawn


def test_an_embeds_title_and_author_are_links_where_they_lead_somewhere() -> None:
    led = draw(
        embeds=[{"title": "t", "url": "https://a.example/", "author": {"name": "n", "url": "https://b.example/"}}]
    )
    rel = 'target="_blank" rel="noopener noreferrer nofollow"'
    assert f'<a href="https://a.example/" {rel}>t</a>' in led
    assert f'<a href="https://b.example/" {rel}><bdi>n</bdi></a>' in led
    assert "<a " not in draw(embeds=[{"title": "t", "author": {"name": "n"}}])


def test_black_is_a_colour_and_no_colour_is_none() -> None:
    assert 'fill="#000000"' in draw(embeds=[{"title": "t", "color": 0}])
    assert "fill=" not in draw(embeds=[{"title": "t"}]).split("embed-stripe")[1].split("</svg>")[0]


@pytest.mark.parametrize(
    ("style", "name"), [(1, "is-primary"), (2, "is-secondary"), (3, "is-success"), (4, "is-danger")]
)
def test_a_button_of_each_style_sends_its_custom_id(style: int, name: str) -> None:
    drawn = draw(components=[button(style=style)])
    assert f'class="button {name}"' in drawn
    assert 'hx-post="/send"' in drawn
    assert '"custom_id": "gw:enter:1"' in drawn
    assert '"message_id": "900"' in drawn


def test_a_custom_id_cannot_break_out_of_its_attribute() -> None:
    drawn = draw(components=[button(custom_id="'><script>alert(1)</script>")])
    assert "<script>" not in drawn
    assert "'>\\u003c" not in drawn


def test_a_disabled_button_and_one_in_a_transcript_cannot_be_pressed() -> None:
    for drawn in (draw(components=[button(disabled=True)]), draw(actions=None, components=[button()])):
        assert "disabled>" in drawn
        assert "hx-post" not in drawn


def test_a_link_button_leads_to_http_only() -> None:
    assert '<a class="button is-secondary"' in draw(components=[button(style=5, url="https://example.org/")])
    assert "<a " not in draw(components=[button(style=5, url="javascript:alert(1)")])


def test_a_select_for_one_sends_itself_and_one_for_many_has_boxes_and_a_button() -> None:
    options = [{"label": "Red", "value": "r"}, {"label": "Green", "value": "g", "default": True}]
    one = draw(components=[{"type": 1, "components": [{"type": 3, "custom_id": "c", "options": options}]}])
    assert 'hx-trigger="change"' in one
    assert '<option value="g" selected>' in one
    many = draw(components=[{"type": 1, "components": [{"type": 6, "custom_id": "r", "max_values": 3}]}])
    assert '<input type="checkbox" name="values" value="5" >' in many
    assert "Choose these" in many


def test_what_cannot_be_drawn_says_so() -> None:
    assert "A component of type 99, which this page cannot draw." in draw(components=[{"type": 99}])


def test_the_demo_guilds_members_differ_in_colour() -> None:
    names = ("Guildwright", "Olive", "Ana", "Bo", "Cy")
    assert len({avatar_colour(name) for name in names}) == len(names)


def test_an_initial_is_a_letter_that_is_seen() -> None:
    assert (initial("\u202eReversed"), initial("\u200b"), initials("\u200bold \u200b\u3000oak")) == ("R", "?", "OO")
