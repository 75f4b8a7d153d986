"""Discord's Markdown as safe HTML: one renderer for playground, previews and transcripts, so that they cannot drift.

Nothing of the text reaches the page unescaped: there is no raw HTML, and links go to http(s) only.
"""

from collections.abc import Sequence
from datetime import datetime

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from guildwright.platform.markup import blocks, inlines
from guildwright.platform.markup.names import Names

# Discord's longest text is an embed of 6,000 characters; anything longer is not from Discord.
LONGEST = 6_000


class _Html(RendererHTML):
    """Where a token's HTML is not simply its tag; markdown-it finds the methods by the token's name."""

    def link_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        token.attrs = {"href": token.attrs["href"], "rel": "noopener noreferrer nofollow", "target": "_blank"}
        return str(self.renderToken(tokens, index, options, env))

    def strong_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        if tokens[index].markup == "__":
            tokens[index].tag = "u"
        return str(self.renderToken(tokens, index, options, env))

    strong_close = strong_open

    def spoiler_open(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _env: EnvType) -> str:
        # A checkbox is turned by a click, a key and a screen reader alike, with no script, and may be in a paragraph.
        return '<label class="md-spoiler"><input type="checkbox" aria-label="Show spoiler"><span>'

    def spoiler_close(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _env: EnvType) -> str:
        return "</span></label>"

    def fence(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
        # A long line scrolls inside the block, so the block must be reachable by keyboard.
        code = Markup('<pre class="md-code" tabindex="0"><code>{}</code></pre>\n')
        return str(code.format(tokens[index].content.removesuffix("\n")))


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return inlines.allowed(url)


def _parser() -> MarkdownIt:
    md = _Parser("zero", {"html": False, "breaks": True, "maxNesting": 20}, renderer_cls=_Html)
    md.enable(["newline", "escape", "backticks", "strikethrough", "emphasis", "link"])
    blocks.install(md)
    inlines.install(md)
    return md


_MARKDOWN = _parser()


def render(text: str | None, names: Names, now: datetime) -> Markup:
    """The HTML of a message's content or an embed's description; `now` is what relative timestamps count from."""
    source = blocks.code_on_own_lines((text or "")[:LONGEST])
    return Markup(_MARKDOWN.render(source, {"names": names, "now": now}))  # noqa: S704 - the renderer escapes


def render_inline(text: str | None, names: Names, now: datetime) -> Markup:
    """The same for places of one line (embed titles, field names): no blocks."""
    return Markup(_MARKDOWN.renderInline((text or "")[:LONGEST], {"names": names, "now": now}))  # noqa: S704 - as above
