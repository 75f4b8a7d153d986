"""Templates to HTML: whole pages, and the parts that the live stream replaces."""

from pathlib import Path

from jinja2 import FileSystemLoader
from markupsafe import Markup

from guildwright.platform.markup import messages
from guildwright.playground.page.view import Row, View
from guildwright.playground.records import Json

FOLDER = Path(__file__).parent
ICONS = "/assets/vendor/icons.svg"


class Draw:
    """Every HTML that the page sends."""

    def __init__(self) -> None:
        self._env = messages.environment(FileSystemLoader(FOLDER / "templates"), ICONS)

    def html(self, template: str, view: View, **values: object) -> Markup:
        """A template as it is."""
        plain = {"oob": False, "unread_oob": False, "trace": None}
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

    def message(self, body: Json, view: View, swap: str | None = None, *, fresh: bool = False) -> Markup:
        """One message."""
        macro = self._env.get_template("message.html").make_module().message  # type: ignore[attr-defined]
        return Markup(macro(body, view.reading, view.actions, swap, fresh))  # noqa: S704 - the macro escapes

    def unread(self, channel: Row, view: View) -> Markup:
        """How much is new in another channel."""
        return self.html("unread.html", view, channel=channel, unread_oob=True)
