"""Reads the words of a command that was written as a message, and lets none of them fall under the table.

tanjun's own parser ignores words and options that no command asked for: `start "Oak" 10m 3` would have one winner.
"""

import shlex
from collections.abc import Collection
from typing import Any, override

import tanjun


class StrictParser(tanjun.ShlexParser):
    """tanjun's parser, but what is left over is an error."""

    __slots__ = ()

    @override
    async def parse(self, ctx: tanjun.abc.MessageContext, /) -> dict[str, Any]:
        read = await super().parse(ctx)
        options = {name for option in self.options for name in option.names}
        over = surplus(ctx.content, arguments=len(self.arguments), options=options)
        if over:
            raise tanjun.TooManyArgumentsError(f"nothing asked for {over!r}", over[0])
        return read


def surplus(text: str, *, arguments: int, options: Collection[str]) -> list[str]:
    """The words beyond the first `arguments`, and the options that are none. Words are split as tanjun splits them."""
    words = shlex.shlex(text, posix=True)
    words.commenters, words.quotes, words.whitespace, words.whitespace_split = "", '"', " ", True
    over, plain, option = [], 0, False
    for word in words:
        if word.startswith("-"):
            option = True
            over += [] if word in options else [word]
        elif option:
            option = False
        else:
            plain += 1
            over += [word] if plain > arguments else []
    return over
