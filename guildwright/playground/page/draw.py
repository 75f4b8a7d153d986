"""Templates to HTML: whole pages, and the parts that the live stream replaces."""

from pathlib import Path

from jinja2 import FileSystemLoader
from markupsafe import Markup

from guildwright.platform.markup import messages
from guildwright.playground.page.acts import ACTS
from guildwright.playground.page.emojis import EMOJIS
from guildwright.playground.page.places import Place
from guildwright.playground.page.view import View
from guildwright.playground.records import Message

FOLDER = Path(__file__).parent
ICONS = "/assets/vendor/icons.svg"


class Draw:
    """Every HTML that the page sends."""

    def __init__(self) -> None:
        self._env = messages.environment(FileSystemLoader(FOLDER / "templates"), ICONS)
        self._env.globals["emojis"] = EMOJIS
        self._env.globals["asking"] = frozenset(name for name, act in ACTS.items() if act.fields or act.text)

    def html(self, template: str, view: View, **values: object) -> Markup:
        """A template as it is."""
        plain = {"oob": False, "unread_oob": False, "trace": None, "tour": None}
        drawn = self._env.get_template(template).render(view=view, **{**plain, **values})
        return Markup(drawn)  # noqa: S704 - the environment escapes

    def part(self, template: str, view: View) -> Markup:
        """A part of the page that replaces itself out of band."""
        return self.html(template, view, oob=True)

    def into(self, place: str, template: str, view: View, **values: object) -> Markup:
        """A template put elsewhere: `place` is htmx's swap and selector, such as `innerHTML:#dialog`."""
        return self.wrapped(place, self.html(template, view, **values))

    def wrapped(self, place: str, html: Markup) -> Markup:
        """HTML that htmx puts at `place`."""
        return Markup('<div hx-swap-oob="{}">{}</div>').format(place, html)

    def appended(self, selector: str, html: Markup) -> Markup:
        """HTML at the end of a list."""
        return self.wrapped(f"beforeend:{selector}", html)

    def message(self, message: Message, view: View, swap: str | None = None, *, fresh: bool = False) -> Markup:
        """One message."""
        macro = self._env.get_template("message.html").make_module().message  # type: ignore[attr-defined]
        drawn = macro(view.body(message), view.reading, view.actions, swap, fresh, view.above(message))
        return Markup(drawn)  # noqa: S704 - the macro escapes

    def unread(self, channel: Place, view: View) -> Markup:
        """How much is new in another channel."""
        return self.html("unread.html", view, channel=channel, unread_oob=True)
