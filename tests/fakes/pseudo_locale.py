"""A made-up language: every text that does not come from the catalogue stays unaccented and is seen at once."""

from pathlib import Path

from fluent.syntax import FluentParser, FluentSerializer, ast
from fluent.syntax.visitor import Transformer

PSEUDO = "en-XA"
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
)


class _Accents(Transformer):
    def visit_TextElement(self, node: ast.TextElement) -> ast.TextElement:  # noqa: N802  the library's naming
        node.value = node.value.translate(_ACCENTS)
        return node


def add_pseudo_locale(english: Path, target: Path) -> Path:
    """Write `target/en` and its accented twin `target/en-XA` from the folder `english`; returns `target`."""
    for name, accented in (("en", False), (PSEUDO, True)):
        folder = target / name
        folder.mkdir(parents=True)
        for file in english.glob("*.ftl"):
            resource = FluentParser().parse(file.read_text(encoding="utf-8"))
            if accented:
                resource = _Accents().visit(resource)
            (folder / file.name).write_text(FluentSerializer().serialize(resource), encoding="utf-8")
    return target
