"""Discord's Markdown becomes the HTML that Discord's own users would expect, and never more than that."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildwright.platform.markup.markdown import LONGEST, render, render_inline
from guildwright.platform.markup.names import NoNames

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Hall:
    """The names of a small guild."""

    def user(self, user_id: str) -> str | None:
        return {"1": "Ana", "2": "<b>Bo</b>"}.get(user_id)

    def role(self, role_id: str) -> str | None:
        return {"5": "Artisan"}.get(role_id)

    def channel(self, channel_id: str) -> str | None:
        return {"7": "giveaways"}.get(channel_id)


def html(text: str) -> str:
    return str(render(text, Hall(), NOW)).strip().replace("\n", "")


def unix(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold**", "<p><strong>bold</strong></p>"),
        ("*italic* and _italic_", "<p><em>italic</em> and <em>italic</em></p>"),
        ("__underline__", "<p><u>underline</u></p>"),
        ("***both***", "<p><em><strong>both</strong></em></p>"),
        ("__***all***__", "<p><u><em><strong>all</strong></em></u></p>"),
        ("~~struck~~", "<p><s>struck</s></p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("`a **b**`", "<p><code>a **b**</code></p>"),
        (r"\*not\*", "<p>*not*</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("# Big", '<p class="md-h1">Big</p>'),
        ("### Small\ntext", '<p class="md-h3">Small</p><p>text</p>'),
        ("#channel", "<p>#channel</p>"),
        ("#### four", "<p>#### four</p>"),
        ("-# small print", '<p class="md-small">small print</p>'),
        ("> quoted\n> twice\nnot", "<blockquote><p>quoted<br>twice</p></blockquote><p>not</p>"),
        (">tight", "<p>&gt;tight</p>"),
        (">>> all\n\nthe rest", "<blockquote><p>all</p><p>the rest</p></blockquote>"),
        ("> > nested", "<blockquote><p>&gt; nested</p></blockquote>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("+ a", "<p>+ a</p>"),
        ("title\n===", "<p>title<br>===</p>"),
        ("    indented", "<p>indented</p>"),
    ],
)
def test_a_style_is_drawn_as_discord_draws_it(written: str, shown: str) -> None:
    assert html(written) == shown


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("```py\nprint(1)\n```", "print(1)"),
        ("```one line```", "one line"),
        ("text ```py\nprint(1)\n``` more", "print(1)"),
        ("> ```py\n> print(1)\n> ```", "print(1)"),
        ("```\n**bold** <@1>\n\n  indented\n```", "**bold** &lt;@1&gt;\n\n  indented"),
    ],
)
def test_a_code_block_may_begin_anywhere_and_keeps_its_text(written: str, code: str) -> None:
    shown = str(render(written, Hall(), NOW))
    assert f'<pre class="md-code" tabindex="0"><code>{code}</code></pre>' in shown


def test_a_code_mark_without_a_partner_is_text() -> None:
    assert html("open ``` never") == "<p>open ``` never</p>"


def test_a_spoiler_hides_its_text_behind_a_checkbox() -> None:
    shown = html("who? ||the **butler**||")
    assert '<label class="md-spoiler"><input type="checkbox" aria-label="Show spoiler">' in shown
    assert "<span>the <strong>butler</strong></span></label>" in shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<@1>", "@Ana"),
        ("<@!1>", "@Ana"),
        ("<@2>", "@&lt;b&gt;Bo&lt;/b&gt;"),
        ("<@99>", "@unknown-user"),
        ("<@&5>", "@Artisan"),
        ("<@&6>", "@deleted-role"),
        ("<#7>", "#giveaways"),
        ("<#8>", "#unknown"),
        ("</giveaway start:12>", "/giveaway start"),
        ("@everyone", "@everyone"),
        ("@here", "@here"),
    ],
)
def test_a_mention_shows_the_name_that_the_reader_knows(written: str, shown: str) -> None:
    assert f">{shown}</span>" in html(written)
    assert 'class="mention ' in html(written)


@pytest.mark.parametrize(
    ("style", "ahead", "shown"),
    [
        (":R", timedelta(hours=3), "in 3 hours"),
        (":R", timedelta(minutes=59, seconds=40), "in 1 hour"),
        (":R", timedelta(seconds=-30), "30 seconds ago"),
        (":R", timedelta(), "now"),
        (":t", timedelta(), "12:00 UTC"),
        (":T", timedelta(), "12:00:00 UTC"),
        (":d", timedelta(), "21/11/2026"),
        (":D", timedelta(), "21 November 2026"),
        (":F", timedelta(), "Saturday, 21 November 2026 12:00 UTC"),
        ("", timedelta(), "21 November 2026 12:00 UTC"),
    ],
)
def test_a_timestamp_is_a_time_element_that_reads_well_without_a_script(
    style: str, ahead: timedelta, shown: str
) -> None:
    moment = NOW + ahead
    drawn = html(f"<t:{unix(moment)}{style}>")
    assert f'<time datetime="{moment:%Y-%m-%dT%H:%M:%S}Z" data-style="{style.strip(":") or "f"}"' in drawn
    assert f">{shown}</time>" in drawn


@pytest.mark.parametrize("written", ["<t:99999999999999999>", "<t:abc>", "<t:1:Q>", "<@x>", "</two:x>"])
def test_a_malformed_tag_stays_text(written: str) -> None:
    assert "<p>&lt;" in html(written)


def test_a_custom_emoji_is_its_name_because_no_picture_is_fetched() -> None:
    assert html("<a:oak_leaf:123>") == '<p><span class="emoji">:oak_leaf:</span></p>'


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.org/a_b_c", "https://example.org/a_b_c"),
        ("see https://example.org/a.", "https://example.org/a"),
        ("(https://example.org/x_(y))", "https://example.org/x_(y)"),
        ("<https://example.org/>", "https://example.org/"),
        ("[words](https://example.org/)", "https://example.org/"),
        ("[words](<https://example.org/>)", "https://example.org/"),
    ],
)
def test_a_link_leads_where_it_says_and_tells_the_target_nothing(written: str, address: str) -> None:
    assert f'<a href="{address}" rel="noopener noreferrer nofollow" target="_blank">' in html(written)


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](file:///etc/passwd)",
    "[x](https://a.example \"on' onmouseover=alert(1) x='\")",
    'https://a.example/"onmouseover="alert(1)',
    "<https://a.example/'onmouseover='alert(1)>",
    "<javascript:alert(1)>",
    "![x](https://a.example/x.png)",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "||<script>alert(1)</script>||",
    "</x onclick=alert(1):1>",
    "&lt;script&gt;",
    "[a]: javascript:alert(1)\n\n[a]",
    "<@2>",
]

KNOWN = {
    "p": {"class"},
    "br": set(),
    "strong": set(),
    "em": set(),
    "u": set(),
    "s": set(),
    "code": set(),
    "pre": {"class", "tabindex"},
    "blockquote": set(),
    "ul": set(),
    "ol": {"start"},
    "li": set(),
    "a": {"href", "rel", "target"},
    "span": {"class"},
    "label": {"class"},
    "input": {"type", "aria-label"},
    "time": {"datetime", "data-style", "title"},
}


class Allowed(HTMLParser):
    """Fails on any element or attribute that the renderer has no business with, and on unclosed elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, tag
        assert {name for name, _ in attrs} <= KNOWN[tag], (tag, attrs)
        address = dict(attrs).get("href")
        assert address is None or address.startswith(("http://", "https://")), address
        if tag not in {"br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def assert_harmless(drawn: str) -> None:
    parser = Allowed()
    parser.feed(drawn)
    parser.close()
    assert not parser.open


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_drawn_as_text(attack: str) -> None:
    assert_harmless(str(render(attack, Hall(), NOW)))
    assert_harmless(str(render_inline(attack, Hall(), NOW)))


PIECES = st.sampled_from([*"*_~`|>#-<>[]()!&\\\n ab1:/@\"'", "||", "**", "```", "> ", ">>> ", "- ", "https://a.b/"])


@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_text_whatever_yields_an_unknown_element_or_an_unclosed_one(text: str) -> None:
    assert_harmless(str(render(text, Hall(), NOW)))


@pytest.mark.parametrize("piece", ["> ", "||", "**", "[", "```", "- ", "<@1>", "`", "(", "https://a/", "_*"])
def test_a_long_text_of_one_mark_takes_no_long_time(piece: str) -> None:
    """The limit is Discord's longest text; nesting may neither explode nor recurse."""
    assert_harmless(str(render(piece * LONGEST, NoNames(), NOW)))
