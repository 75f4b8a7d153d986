"""Code and catalogue fit: no member ever reads the name of a message instead of the message."""

import ast
from collections.abc import Iterator
from pathlib import Path

from guildwright.platform import texts as module
from guildwright.platform.texts import FALLBACK, Texts
from tests.fakes.pseudo_locale import PSEUDO, add_pseudo_locale

ROOT = Path(__file__).parents[2]
SHIPPED = Path(module.__file__).parent / "locales"
SOURCES = [path for folder in ("bot", "dashboard", "guildwright/platform") for path in (ROOT / folder).rglob("*.py")]


def asked_for(path: Path) -> Iterator[tuple[int, str, dict[str, int] | None]]:
    """Every `….text("message-id", name=…)`: its line, its id, and its arguments (None where they cannot be told)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text"):
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                names = [keyword.arg for keyword in node.keywords]
                arguments = {name: 1 for name in names if name}
                yield node.lineno, argument.value, arguments if None not in names else None


def test_every_message_that_the_code_names_is_there_and_gets_the_arguments_it_needs() -> None:
    texts = Texts.load(strict=True)
    found = 0
    for path in SOURCES:
        for line, message_id, arguments in asked_for(path):
            found += 1
            where = f"{path.relative_to(ROOT)}:{line}: {message_id}"
            assert texts.has(message_id), where
            if arguments is not None:
                assert texts.text(FALLBACK, message_id, **arguments), where
    assert found > 20


def test_a_translation_adds_no_message_of_its_own() -> None:
    texts = Texts.load(strict=True)
    for locale in texts.locales:
        assert texts.ids(locale) <= texts.ids(FALLBACK), locale


def test_every_message_can_be_accented_so_that_a_text_from_elsewhere_is_seen(tmp_path: Path) -> None:
    texts = Texts.load(add_pseudo_locale(SHIPPED / FALLBACK, tmp_path), strict=True)
    assert texts.ids(PSEUDO) == texts.ids(FALLBACK)
    assert texts.ids(FALLBACK)
