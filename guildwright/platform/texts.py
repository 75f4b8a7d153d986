"""The one message catalogue: every sentence that a Discord user reads comes from a Fluent file, by guild locale."""

from pathlib import Path
from typing import Self

import structlog
from fluent.runtime import FluentBundle
from fluent.runtime.resolver import Pattern
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

FALLBACK = "en"
_SHIPPED = Path(__file__).parent / "locales"
_log = structlog.get_logger(__name__)


class CatalogueError(Exception):
    """The message files are broken, or (in strict use) do not have what the code asks for."""


class Texts:
    """Messages by locale and id.

    Discord ids must be passed as `str`: Fluent writes an `int` as people read numbers (1,234,567).
    """

    def __init__(
        self, bundles: dict[str, FluentBundle], ids: dict[str, frozenset[str]], *, strict: bool = False
    ) -> None:
        self._bundles = bundles
        self._strict = strict
        self._ids = ids
        self._reported: set[tuple[str, str]] = set()

    @classmethod
    def load(cls, locales_dir: Path | None = None, *, strict: bool = False) -> Self:
        """Read `<locale>/<feature>.ftl` below `locales_dir` (default: the shipped ones).

        `strict` is for tests: a missing message or argument raises instead of being logged.

        Raises:
            CatalogueError: a file does not parse, or an id is defined twice in a locale.
        """
        root = locales_dir or _SHIPPED
        bundles: dict[str, FluentBundle] = {}
        ids: dict[str, frozenset[str]] = {}
        for folder in sorted(root.iterdir()):
            if folder.is_dir():
                bundles[folder.name], ids[folder.name] = _bundle(folder)
        if FALLBACK not in bundles:
            raise CatalogueError(f"{root} has no folder {FALLBACK!r}, which every other locale falls back to")
        return cls(bundles, ids, strict=strict)

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales there are messages for."""
        return tuple(self._bundles)

    def ids(self, locale: str) -> frozenset[str]:
        """The messages that `locale` itself has, without attributes."""
        return self._ids.get(locale, frozenset())

    def has(self, message_id: str, locale: str = FALLBACK) -> bool:
        """Whether `locale` itself, without falling back, has the message."""
        bundle = self._bundles.get(locale)
        return bundle is not None and _pattern(bundle, message_id) is not None

    def text(self, locale: str, message_id: str, /, **args: str | float) -> str:
        """The message in the nearest locale there is: `en-GB`, then `en`; an attribute is asked for as `id.attribute`.

        Raises:
            CatalogueError: only in strict use; else a missing message is logged once and its id returned.
        """
        for name in _chain(locale):
            bundle = self._bundles.get(name)
            pattern = None if bundle is None else _pattern(bundle, message_id)
            if bundle is None or pattern is None:
                continue
            text, errors = bundle.format_pattern(pattern, dict(args))
            if errors:
                self._complain(name, message_id, "; ".join(str(error) for error in errors))
            return str(text)
        self._complain(locale, message_id, "there is no such message")
        return message_id

    def _complain(self, locale: str, message_id: str, why: str) -> None:
        if self._strict:
            raise CatalogueError(f"message {message_id!r} in {locale!r}: {why}")
        if (locale, message_id) not in self._reported:
            self._reported.add((locale, message_id))
            _log.error("message cannot be written", locale=locale, message=message_id, why=why)


def _chain(locale: str) -> list[str]:
    parts = locale.split("-")
    names = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return names if names[-1] == FALLBACK else [*names, FALLBACK]


def _pattern(bundle: FluentBundle, message_id: str) -> Pattern | None:
    name, _, attribute = message_id.partition(".")
    if not bundle.has_message(name):
        return None
    message = bundle.get_message(name)
    return message.attributes.get(attribute) if attribute else message.value


def _bundle(folder: Path) -> tuple[FluentBundle, frozenset[str]]:
    # Isolation marks would end up inside mentions, links and code blocks, and break them.
    bundle = FluentBundle([folder.name, FALLBACK], use_isolating=False)
    defined: dict[str, Path] = {}
    for file in sorted(folder.glob("*.ftl")):
        resource = FluentParser().parse(file.read_text(encoding="utf-8"))
        for entry in resource.body:
            _accept(entry, file, defined)
        bundle.add_resource(resource)
    return bundle, frozenset(name for name in defined if not name.startswith("-"))


def _accept(entry: ftl.EntryType, file: Path, defined: dict[str, Path]) -> None:
    if isinstance(entry, ftl.Junk):
        before = file.read_text(encoding="utf-8")[: entry.span.start if entry.span else 0]
        why = "; ".join(note.message or "" for note in entry.annotations)
        raise CatalogueError(f"{file}:{before.count(chr(10)) + 1}: {why}")
    if isinstance(entry, ftl.Message | ftl.Term):
        name = ("-" if isinstance(entry, ftl.Term) else "") + entry.id.name
        if name in defined:
            raise CatalogueError(f"{file}: {name!r} is already defined in {defined[name].name}")
        defined[name] = file
