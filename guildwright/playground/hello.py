"""What the playground says when it starts: where it is, and the exact lines that point a bot at it."""

from typing import Any, NamedTuple

PORT = 8420


class Library(NamedTuple):
    """A client library and the lines for it; `{http}`, `{ws}` and `{place}` are filled in."""

    name: str
    language: str
    lines: tuple[str, ...]


LIBRARIES = (
    Library(
        "discord.js",
        "js",
        (
            "const client = new Client({ intents, rest: { api: '{http}/api' } });",
            "client.login(token);",
        ),
    ),
    Library(
        "discord.py",
        "python",
        (
            "import yarl",
            "from discord.gateway import DiscordWebSocket",
            "from discord.http import Route",
            "",
            'Route.BASE = "{http}/api/v10"',
            'DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("{ws}/gateway")',
            "# then as always: client.run(token)",
        ),
    ),
    Library(
        "hikari",
        "python",
        ("import hikari", "", 'bot = hikari.GatewayBot(token, rest_url="{http}/api/v10", banner=None)'),
    ),
    Library(
        "discordgo",
        "go",
        (
            "type local struct{}",
            "",
            "func (local) RoundTrip(r *http.Request) (*http.Response, error) {",
            "\tr = r.Clone(r.Context())",
            '\tr.URL.Scheme, r.URL.Host, r.Host = "http", "{place}", "{place}"',
            "\treturn http.DefaultTransport.RoundTrip(r)",
            "}",
            "",
            '// session, err := discordgo.New("Bot " + token)',
            "session.Client.Transport = local{}",
        ),
    ),
    Library(
        "serenity",
        "rust",
        (
            'let http = HttpBuilder::new(token).proxy("{http}").ratelimiter_disabled(true).build();',
            "let mut client = ClientBuilder::new_with_http(http, intents).event_handler(Handler).await?;",
        ),
    ),
    Library(
        "JDA",
        "java",
        (
            "JDABuilder.createDefault(token)",
            '    .setRestConfig(new RestConfig().setBaseUrl("{http}/api/v10/"))',
            "    .setSessionController(new ConcurrentSessionController() {",
            '        @Override public String getGateway() { return "{ws}/gateway"; }',
            "    })",
            "    .build();",
        ),
    ),
)


def lines(library: Library, place: str) -> list[str]:
    """The lines for a playground at `host:port`."""
    values = {"{http}": f"http://{place}", "{ws}": f"ws://{place}", "{place}": place}
    filled = []
    for line in library.lines:
        text = line
        for name, value in values.items():
            text = text.replace(name, value)
        filled.append(text)
    return filled


def greeting(facts: dict[str, Any], data: str) -> str:
    """Everything that somebody who starts it needs. `facts` are those of the ready file."""
    place = str(facts["page"]).removeprefix("http://").rstrip("/")
    parts = [
        "A Discord of your own; nothing here reaches the real one.",
        "",
        f"  page      {facts['page']:<34} act as any member, in the browser",
        f"  control   {facts['control'] + '/':<34} the same for scripts, and every fault",
        f"  API       {facts['api']}",
        f"  gateway   {facts['gateway']}",
        f"  token     {facts['token']}",
        f"  data      {data} (kept: the next start goes on there)",
        "",
        "Point a bot here:",
    ]
    for library in LIBRARIES:
        parts += ["", f"  {library.name}", *(f"    {line}".rstrip() for line in lines(library, place))]
    parts += ["", "What it can do, and what not: docs/playground.md. Ctrl-C ends it.", ""]
    return "\n".join(parts)
