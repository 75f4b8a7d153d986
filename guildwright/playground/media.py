"""What embeds and components show of a message's own files: `attachment://name` becomes a path, then a URL."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from guildwright.playground.bits import ComponentType
from guildwright.playground.bodies.attachments import cleansed
from guildwright.playground.errors import Faults
from guildwright.playground.records import Json

_SCHEME = "attachment://"
_PREFIX = "/attachments/"
_LINKS = ("url", "proxy_url", "icon_url", "proxy_icon_url")
_KNOWN = ("width", "height", "content_type")


class Shown:
    """Puts a message's attachments where its embeds and components name them."""

    def __init__(self, attachments: Collection[Json]) -> None:
        self._by_path = {entry["path"]: entry for entry in attachments}
        self._by_name = {entry["filename"]: entry for entry in attachments}

    def in_embeds(self, embeds: Iterable[Json]) -> tuple[Json, ...]:
        """The embeds with paths; a name that nothing bears stays as it is, as Discord leaves it."""
        return tuple(self._embed(embed) for embed in embeds)

    def _embed(self, embed: Json) -> Json:
        shown = dict(embed)
        for part in ("image", "thumbnail", "footer", "author"):
            link = "icon_url" if part in {"footer", "author"} else "url"
            entry = self._meant(embed.get(part, {}).get(link))
            if entry:
                sizes = {name: entry[name] for name in _KNOWN if name in entry} if link == "url" else {}
                shown[part] = embed[part] | {link: entry["path"], f"proxy_{link}": entry["path"]} | sizes
        return shown

    def in_components(self, components: Iterable[Json], faults: Faults) -> tuple[Json, ...]:
        """The components with paths; a name that nothing bears is a fault."""
        return tuple(self._component(entry, faults, f"components.{at}") for at, entry in enumerate(components))

    def _component(self, part: Any, faults: Faults, path: str) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(part, list):
            return [self._component(entry, faults, f"{path}.{at}") for at, entry in enumerate(part)]
        if not isinstance(part, dict):
            return part
        url = part.get("url")
        if isinstance(url, str):
            entry = self._meant(url)
            if entry is None and not url.startswith(_SCHEME):
                return part
            if entry is None:
                message = f'The referenced attachment ("{url}") was not found'
                faults.add(f"{path}.url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
                return part
            known = {name: entry[name] for name in _KNOWN if name in entry}
            ids = {"id": entry["id"], "attachment_id": entry["id"]}
            return part | ids | {"url": entry["path"], "proxy_url": entry["path"]} | known
        whole = {name: self._component(entry, faults, f"{path}.{name}") for name, entry in part.items()}
        entry = self._by_path.get(whole["file"].get("url")) if part.get("type") == ComponentType.FILE else None
        return whole | {"name": entry["filename"], "size": entry["size"]} if entry else whole

    def _meant(self, url: str | None) -> Json | None:
        """The attachment by name, or by the URL under which an earlier answer showed it."""
        if url and url.startswith(_SCHEME):
            return self._by_name.get(cleansed(url.removeprefix(_SCHEME)))
        return self._by_path.get(urlsplit(url).path) if url else None


def rendered(origin: str, part: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with whole URLs for paths."""
    if isinstance(part, dict):
        return {name: _link(origin, name, entry) for name, entry in part.items()}
    if isinstance(part, list | tuple):
        return [rendered(origin, entry) for entry in part]
    return part


def _link(origin: str, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if name in _LINKS and isinstance(value, str):
        return origin + value if value.startswith(_PREFIX) else value
    return rendered(origin, value)


def attachments(origin: str, kept: Iterable[Json], *shown: Iterable[Json]) -> list[Json]:
    """The attachment objects, without those that embeds or components show."""
    paths = {path for parts in shown for path in _paths(parts)}
    return [attachment(origin, entry) for entry in kept if entry.get("path") not in paths]


def attachment(origin: str, kept: Json) -> Json:
    """An attachment object."""
    body = {name: value for name, value in kept.items() if name != "path"}
    url = origin + kept["path"]
    return body | {"url": url, "proxy_url": url}


def _paths(part: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(part, dict):
        yield from (part[name] for name in _LINKS if isinstance(part.get(name), str))
        for entry in part.values():
            yield from _paths(entry)
    elif isinstance(part, list | tuple):
        for entry in part:
            yield from _paths(entry)
