"""The Jinja side of a message: the environment that knows `message.html`, its filters, and who is reading."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup

from guildwright.platform.markup import inlines, kinds, markdown, timestamps
from guildwright.platform.markup.names import Names

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

# Dark enough for white letters (4.5:1), and told apart by those who do not see red and green.
_AVATAR_COLOURS = ("#8a5a0a", "#2f5a86", "#5d5648", "#6d4470", "#8c3a2b", "#3d6b1f", "#0c6a60")
_WHITE = 0xFFFFFF


@dataclass(frozen=True)
class Reading:
    """Through whose eyes a message is drawn: the names they know, the time, who they are (for their pings).

    `origin` is where the files of messages are served: those are shown as pictures, others are only named.
    """

    names: Names
    now: datetime
    viewer_id: str | None = None
    viewer_roles: frozenset[str] = frozenset()
    origin: str = ""

    def is_pinged(self, message: dict[str, Any]) -> bool:
        """Whether the message mentions the reader, by name, role or everyone."""
        if message.get("mention_everyone"):
            return True
        if any(user["id"] == self.viewer_id for user in message.get("mentions", ())):
            return True
        return not self.viewer_roles.isdisjoint(message.get("mention_roles", ()))


def environment(loader: BaseLoader, icons: str) -> Environment:
    """A Jinja environment with the message macro and its filters; `icons` is the URL of the SVG sprite."""
    shared = FileSystemLoader(FOLDER / "templates")
    env = Environment(
        loader=ChoiceLoader([loader, shared]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["markdown"] = _markdown
    env.filters["markdown_inline"] = _markdown_inline
    env.filters["colour"] = colour
    env.filters["avatar_colour"] = avatar_colour
    env.filters["initial"] = initial
    env.filters["initials"] = initials
    env.filters["time"] = time
    env.filters["local"] = local
    env.filters["host"] = host
    env.filters["kinds_offered"] = kinds_offered
    env.filters["preset"] = preset
    env.filters["reacted_by"] = reacted_by
    env.filters["told"] = kinds.told
    env.filters["told_icon"] = kinds.told_icon
    env.tests["followable"] = inlines.allowed
    env.tests["told_by_discord"] = kinds.told_by_discord
    env.tests["continuing"] = kinds.continuing
    env.globals["icons"] = icons
    env.globals["choices"] = choices
    return env


def _markdown(text: str | None, reading: Reading) -> Markup:
    return markdown.render(text, reading.names, reading.now)


def _markdown_inline(text: str | None, reading: Reading) -> Markup:
    return markdown.render_inline(text, reading.names, reading.now)


def colour(value: int | None) -> str | None:
    """Discord's integer colour as `#rrggbb`; None for none (Discord's 0 for roles)."""
    return f"#{value & _WHITE:06x}" if value else None


def avatar_colour(name: str) -> str:
    """The same colour for the same name, everywhere."""
    return _AVATAR_COLOURS[(sum(name.encode()) + 5 * len(name)) % len(_AVATAR_COLOURS)]


def initial(name: str) -> str:
    """What stands in for a picture: the first character that is seen."""
    return _seen(name).strip()[:1].upper() or "?"


def initials(name: str) -> str:
    """The same with two letters, where there are two words."""
    return "".join(word[0] for word in _seen(name).split()[:2]).upper() or "?"


def _seen(name: str) -> str:
    return "".join(one for one in name if one.isprintable() or one.isspace())


def time(value: str | datetime, reading: Reading, style: str = "t") -> Markup:
    """A `<time>` of an ISO string or an aware time; the browser puts it in the reader's zone."""
    when = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    when = when.astimezone(UTC)
    tag = Markup('<time datetime="{}" data-style="{}" title="{}">{}</time>')
    iso = when.isoformat().replace("+00:00", "Z")
    full = timestamps.words(when, "F", reading.now)
    return tag.format(iso, style, full, timestamps.words(when, style, reading.now))


def local(url: str | None, reading: Reading) -> str | None:
    """The path of a file that this server serves; None for any other address."""
    path = (url or "").removeprefix(reading.origin) if reading.origin else ""
    return path if path.startswith("/attachments/") else None


def host(url: str) -> str:
    """The name of the server that an address leads to."""
    return urlsplit(url).hostname or url


_NAMED = 10


def reacted_by(reaction: dict[str, Any], reading: Reading) -> str:
    """`Ana, Bo and 3 others`, as far as it is known who (`users`, ids)."""
    names = [reading.names.user(user_id) or "somebody" for user_id in reaction.get("users", ())[:_NAMED]]
    others = reaction["count"] - len(names)
    if not names:
        return f"{others} {'person' if others == 1 else 'people'}"
    if others > 0:
        return f"{', '.join(names)} and {others} {'other' if others == 1 else 'others'}"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def kinds_offered(select: dict[str, Any]) -> tuple[str, ...]:
    """What a select of user, role, mentionable or channel offers."""
    return _OFFERS.get(select["type"], ())


def preset(select: dict[str, Any], reading: Reading) -> list[dict[str, str]]:
    """What such a select has chosen from the start."""
    finds = {
        "user": ("@", reading.names.user),
        "role": ("@", reading.names.role),
        "channel": ("#", reading.names.channel),
    }
    found = []
    for entry in select.get("default_values") or ():
        sign, find = finds[entry["type"]]
        found.append({"value": str(entry["id"]), "label": sign + (find(str(entry["id"])) or "unknown")})
    return found


# Which of the guild's things a select offers, by component type.
_OFFERS = {5: ("users",), 6: ("roles",), 7: ("users", "roles"), 8: ("channels",)}


def choices(select: dict[str, Any], actions: dict[str, Any] | None) -> list[dict[str, Any]]:
    """A select's options: its own, or for user, role and channel selects those of the guild (`actions["choices"]`)."""
    offered = _OFFERS.get(select["type"])
    if offered is None:
        return list(select.get("options", ()))
    known = (actions or {}).get("choices", {})
    chosen = {entry["id"] for entry in select.get("default_values", ())}
    return [{**entry, "default": entry["value"] in chosen} for kind in offered for entry in known.get(kind, ())]
