"""The block rules in which Discord differs from CommonMark: quotes, headings, small print, code blocks, lists.

Discord has no lazy continuation, no nested quotes and no setext headings; a code block may start in the middle of
a line; `>>> ` quotes all the rest.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, fence, list_block

_CODE_BLOCK = re.compile(r"```(?:(?P<language>[\w+\-.#]{1,32})\n)?\n*(?P<body>[^\n].*?)\n*```", re.DOTALL)
_QUOTE_MARK = re.compile(r"(?:>>> |> )?")
_HEADING = re.compile(r"(?P<marks>#{1,3}) +(?P<text>\S.*)")
_SMALL = re.compile(r"-# +(?P<text>\S.*)")
_LIST_START = re.compile(r"(?:[-*]|\d{1,9}\.) +\S")
_ENDS: RuleOptionsType = {"alt": ["paragraph", "list"]}


def install(md: MarkdownIt) -> None:
    """Add Discord's block rules to a parser that has none but paragraphs."""
    md.enable(["fence", "list"])
    md.block.ruler.at("fence", _fence, _ENDS)
    md.block.ruler.at("list", _list, {"alt": ["paragraph"]})
    md.block.ruler.before("list", "discord_quote", _quote, _ENDS)
    md.block.ruler.before("list", "discord_heading", _heading, _ENDS)
    md.block.ruler.before("list", "discord_small", _small, _ENDS)


def code_on_own_lines(text: str) -> str:
    """Put each of Discord's code blocks on lines of its own, where CommonMark's fence rule finds it.

    A mark without a partner is plain text for Discord, and would run to the end for CommonMark: it is escaped.
    """
    done: list[str] = []
    end = 0
    for block in _CODE_BLOCK.finditer(text):
        done.append(_plain_ticks(text[end : block.start()]))
        before = text[text.rfind("\n", 0, block.start()) + 1 : block.start()]
        opening = _QUOTE_MARK.match(before)
        quote = "> " if opening and opening.group() == "> " else ""
        lines = [line.removeprefix(quote) for line in block["body"].split("\n")]
        fenced = [f"```{block['language'] or ''}", *lines, "```"]
        done.append("" if opening and before == opening.group() else f"\n{quote}")
        done.append(f"\n{quote}".join(fenced).replace("\n> \n> ```", "\n> ```"))
        end = block.end()
        if text[end : end + 1] not in ("", "\n"):
            done.append(f"\n{quote}")
    done.append(_plain_ticks(text[end:]))
    return "".join(done)


def _plain_ticks(text: str) -> str:
    return text.replace("```", r"\`\`\`")


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    first = _line(state, start)
    if state.env.get("in_quote") or not first.startswith(("> ", ">>> ")):
        return False
    if silent:
        return True
    after = start + 1
    if first.startswith(">>> "):
        lines = [first[4:], *(state.src[state.bMarks[n] : state.eMarks[n]] for n in range(after, end))]
        after = end
    else:
        lines = [first[2:]]
        while after < end and _line(state, after).startswith("> "):
            lines.append(_line(state, after)[2:])
            after += 1
    state.push("blockquote_open", "blockquote", 1)
    state.md.block.parse("\n".join(lines), state.md, {**state.env, "in_quote": True}, state.tokens)
    state.push("blockquote_close", "blockquote", -1)
    state.line = after
    return True


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - the rule's signature
    found = _HEADING.fullmatch(_line(state, start))
    return found is not None and _line_block(state, start, f"md-h{len(found['marks'])}", found["text"], silent)


def _small(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - the rule's signature
    found = _SMALL.fullmatch(_line(state, start))
    return found is not None and _line_block(state, start, "md-small", found["text"], silent)


def _line_block(state: StateBlock, line: int, name: str, text: str, silent: bool) -> bool:
    # A paragraph with a class, not <h1>: a message must not take part in the page's outline.
    if silent:
        return True
    opening = state.push("paragraph_open", "p", 1)
    opening.attrSet("class", name)
    inline = state.push("inline", "", 0)
    inline.content = text.rstrip()
    inline.children = []
    state.push("paragraph_close", "p", -1)
    state.line = line + 1
    return True


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    return _line(state, start).startswith("```") and fence(state, start, end, silent)


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    return _LIST_START.match(_line(state, start)) is not None and list_block(state, start, end, silent)
