"""Documents with one thing changed: every field of a full one, by every change that its schema makes interesting."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from guildwright_crds.base import RULES
from guildwright_crds.schema import document_schema

type Path = tuple[str | int, ...]

GUILD = "1101000000000000001"
ROLE = "1101000000000000002"

FULL: dict[str, Any] = {
    "apiVersion": "guildwright.dev/v1alpha1",
    "kind": "GuildConfig",
    "metadata": {
        "name": GUILD,
        "namespace": "default",
        "labels": {"app.kubernetes.io/part-of": "oak"},
        "annotations": {"guildwright.dev/note": "any text: at all"},
        "finalizers": ["guildwright.dev/kept"],
        "generateName": "oak-",
        "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "oak", "uid": "u", "controller": True}],
        "creationTimestamp": "2026-01-31T12:00:00Z",
        "generation": 3,
    },
    "spec": {
        "general": {"locale": "de-DE", "timeZone": "Europe/Berlin", "staffRoles": [ROLE], "auditChannel": ROLE},
        "commands": {
            "mention": True,
            "prefix": {"text": "!", "perMinute": 5},
            "rules": [
                {"name": "giveaway", "enabled": False, "allowedRoles": [ROLE], "allowedChannels": [ROLE]},
                {"name": "help", "enabled": True},
            ],
        },
        "giveaways": {
            "claimTimeout": "1h30m",
            "rerollLimit": 3,
            "blacklist": {"roles": [ROLE], "members": [ROLE]},
            "minimumAccountAge": "30d",
            "defaultChannel": ROLE,
            "managerRoles": [ROLE],
            "logChannel": ROLE,
        },
    },
    "status": {
        "observedGeneration": 3,
        "publishedGeneration": 2,
        "lastError": "spec.general.locale: this is none",
        "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-31T12:00:00Z"}],
    },
}

ANYTHING: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 5.0, 5.5, -0.0, 2**53, 2**63, 10**30, 1e15),
    *(
        "",
        "x",
        " ",
        "5",
        "true",
        "null",
        ROLE,
        GUILD,
        "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨",
        f"{ROLE}\n",
        "é" * 5,
        "😀" * 5,
        "e\u0301" * 3,
    ),
    *([], [None], ["x"], [ROLE, ROLE], [GUILD], [5], [[]], {}, {"name": "x"}, {"x": None}, {"": 1}),
)

METADATA_TEXTS = (
    *("2026-01-31", "2026-01-31T12:00:00.5+01:00", "2026-13-31T12:00:00Z", "2026-01-31t12:00:00z"),
    *("a/b", "a/b/c", "-a", "a-", "a" * 63, "a" * 64, "A.B/c", "a_b", "v1", "guildwright.dev/v1"),
)
TEXTS: tuple[str, ...] = (
    *("9s", "10s", "7d", "7d1s", "6d24h", "168h", "604801s", "365d", "366d", "8760h1s", "0s", "00s", "1d1d", "s", "1w"),
    *("1.5h", "+5m", " 5m", "5 m", "5M", "999999d", "1000000s", "5m\n"),
    *("en", "en-US", "en-us", "EN", "es-419", "zh-Hant", "zh-Hant-TW", "e", "engl", "en-USA", "en-US\n"),
    *("UTC", "Local", "local", "utc", "Europe", "Europe/", "Mars/Olympus", "Etc/GMT+12", "../etc/passwd", "Zulu"),
    *("US/Eastern", "GMT0", "Asia/Kolkata", "Asia/Calcutta", "posixrules", "America/Argentina/Buenos_Aires"),
    *("/", "@", "#", "<", "!", "!!!!!", "!!!!!!", "a b", "a\u00a0", "a\u200b", "a\u3000", "\u00ad", "§", "a\x00"),
    *("help", "setup", "giveaway", "giveaway start", "a b c", "a b c d", "a  b", "A", "a" * 32, "a" * 33, "ä", "a\x7f"),
    *("9199999999999999999", "9200000000000000000", "10000000000000000", "9999999999999999", "01101000000000000001"),
    *METADATA_TEXTS,
)
LOCALES = tuple(text for text in TEXTS if text.startswith(("e", "E", "zh")))


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from _places(child, (*path, name))


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _with(path: Path, value: Any) -> Any:
    changed = deepcopy(FULL)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _schema_at(path: Path) -> Any:
    schema: Any = document_schema()
    for part in path:
        schema = schema.get("items", {}) if isinstance(part, int) else schema.get("properties", {}).get(part, {})
    return schema


def _sizes(schema: Any, old: Any) -> Iterator[Any]:
    """Texts, lists and numbers at the bounds of the schema, and one past them."""
    for bound in ("minimum", "maximum"):
        if bound in schema:
            yield from (schema[bound] + step for step in (-1, 0, 1))
    for size in (schema.get("maxItems", 0) + step for step in (-1, 0, 1)):
        if isinstance(old, list) and old and size > 1:
            yield [_numbered(old[0], number) for number in range(size)]
    for size in (schema.get("maxLength", 0) + step for step in (-1, 0, 1)):
        if isinstance(old, str) and size > 0:
            yield from ("a" * size, "é" * size, "1" * size, "1" * (size - 1) + "s")


def _numbered(item: Any, number: int) -> Any:
    return item | {"name": f"c{number}"} if isinstance(item, dict) else str(int(ROLE) + number)


def changes() -> Iterator[tuple[str, Any]]:
    """A name and a document for every change of one place; scalars that have the same schema count as one place."""
    yield "unchanged", deepcopy(FULL)
    kinds = set()
    for path in list(_places(FULL))[1:]:
        old, schema = _at(FULL, path), _schema_at(path)
        kind = _kind(path, schema)
        texts = _texts(path) if isinstance(old, str) else ()
        values = () if kind in kinds else (*ANYTHING, *_of_parts(old), *_sizes(schema, old), *texts)
        kinds.add(kind)
        for value in values:
            if path != ("metadata", "namespace") or not isinstance(value, str):  # whether one exists is no rule
                yield f"{'.'.join(map(str, path))} = {value!r:.80}", _with(path, value)
    for unknown in ("unknown", "Spec", "items", "metadata2"):
        yield f"{unknown} at the root", FULL | {unknown: {}}


def _kind(path: Path, schema: Any) -> Any:
    """What two places have in common when it is enough to change one of them."""
    if "properties" in schema or "items" in schema or path[0] == "metadata":
        return path
    return path[0], type(path[-1]), *(str(schema.get(key)) for key in ("type", "pattern", RULES))


def _texts(path: Path) -> tuple[str, ...]:
    if path[0] == "spec" or path == ("metadata", "name"):
        return TEXTS
    return METADATA_TEXTS if path[0] == "metadata" else ()


def _of_parts(old: Any) -> Iterator[Any]:
    """A list with more, a mapping with more or less."""
    if isinstance(old, list):
        yield from ([*old, *old], [*old, None], [*old, "x"], [*old, {}])
    if isinstance(old, dict):
        yield from (old | {"unknown": 1}, old | {"unknown": None}, old | {"Name": "x"})
        yield from ({name: item for name, item in old.items() if name != left} for left in old)
