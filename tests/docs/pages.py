"""What stands in a page of docs/, in Python's hands: its code blocks and its tables."""

import re
import textwrap
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a language, without what indents them whole."""
    text = (DOCS / page).read_text()
    return [textwrap.dedent(body) for found, body in _BLOCK.findall(text) if found == language]


def table(page: str, *heads: str) -> list[tuple[str, ...]]:
    """The rows of the one table whose head begins with these words, cell by cell."""
    lines = (DOCS / page).read_text().splitlines()
    (start,) = [number for number, line in enumerate(lines) if _cells(line)[: len(heads)] == heads]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(_cells(line))
    return rows


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
