"""The guided tour: five things to do, each ticked when it has really happened. The browser keeps how far one is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from guildwright.playground.ids import snowflake_of
from guildwright.playground.page.facts import Document, Facts
from guildwright.playground.page.killing import Kill, target
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild

STEPS = {
    "command": "Run a command",
    "win": "Win a giveaway",
    "rule": "Break a rule",
    "config": "Edit the config",
    "kill": "Kill the bot",
}


@dataclass(frozen=True)
class Progress:
    """What the browser remembers. Moments are milliseconds since 1970, `generation` the document's at the start.

    `killed` is the newest exchange's number when the bot was killed, and when that was.
    """

    since: int = 0
    generation: int | None = None
    done: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    killed: tuple[int, int] | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Progress":
        """From the page's address; what is no number counts as not said."""
        killed = [_number(part) for part in query.get("killed", "").split(".")]
        return cls(
            since=_number(query.get("since")) or 0,
            generation=_number(query.get("generation")),
            done=_steps(query.get("done")),
            skipped=_steps(query.get("skipped")),
            killed=(killed[0], killed[1]) if len(killed) == 2 and None not in killed else None,  # type: ignore[arg-type]  # noqa: PLR2004 - two parts, both numbers
        )

    def kept(self) -> dict[str, str]:
        """For the browser to say again."""
        return {
            "since": str(self.since),
            "generation": "" if self.generation is None else str(self.generation),
            "done": ",".join(sorted(self.done)),
            "skipped": ",".join(sorted(self.skipped)),
            "killed": ".".join(map(str, self.killed)) if self.killed else "",
        }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 14 else None  # noqa: PLR2004 - moments until 2286


def _steps(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split(",")) & STEPS.keys()


@dataclass(frozen=True)
class Step:
    """One of the five: `state` is done, skipped, now or later."""

    key: str
    title: str
    state: str


@dataclass(frozen=True)
class Tour:
    """What the template draws. `said` is what has just been seen to be done, `target` what a kill would end.

    `directory` is where `up` looks for documents, `refused` are members whose last command came to nothing, and
    `runs` that there is something to enter.
    """

    progress: Progress
    steps: list[Step]
    said: list[str] = field(default_factory=list)
    document: Document | None = None
    directory: str | None = None
    refused: frozenset[str] = frozenset()
    runs: bool = False
    target: str = Kill.NOTHING

    @property
    def now(self) -> Step | None:
        """The step that is shown; None at the end."""
        return next((step for step in self.steps if step.state == "now"), None)

    @property
    def number(self) -> int:
        """Which one it is, from 1."""
        return next((index for index, step in enumerate(self.steps, 1) if step.state == "now"), len(self.steps))


def moment(play: Playground) -> int:
    """Now, in milliseconds."""
    return int(play.clock.now().timestamp() * 1000)


def tour(play: Playground, guild: Guild, progress: Progress) -> Tour:
    """How far it is now."""
    if not progress.since:
        progress = replace(progress, since=moment(play))
    facts = Facts(play, guild.id, snowflake_of(datetime.fromtimestamp(progress.since / 1000, UTC)))
    document = facts.document()
    if progress.generation is None and (document or facts.directory()):
        progress = replace(progress, generation=document.generation if document else 0)
    said = {key: seen for key in STEPS.keys() - progress.done if (seen := _seen(key, facts, progress, document))}
    progress = replace(progress, done=progress.done | said.keys(), skipped=progress.skipped - said.keys())
    told = [said[key] for key in STEPS if key in said]
    return Tour(
        progress, _listed(progress), told, document, facts.directory(), facts.refused(), facts.runs(), target(play)
    )


def _seen(key: str, facts: Facts, progress: Progress, document: Document | None) -> str | None:
    match key:
        case "command":
            return facts.command()
        case "win":
            return facts.win()
        case "rule":
            return facts.rule()
        case "config":
            new = document and not document.refused and document.generation > (progress.generation or 0)
            return f"Generation {document.generation} of the document is in force." if document and new else None
        case _:
            if progress.killed is None:
                return None
            number, killed = progress.killed
            return facts.recovery(number, datetime.fromtimestamp(killed / 1000, UTC))


def _listed(progress: Progress) -> list[Step]:
    open_steps = [key for key in STEPS if key not in progress.done | progress.skipped]
    states = dict.fromkeys(open_steps, "later") | dict.fromkeys(open_steps[:1], "now")
    states |= dict.fromkeys(progress.skipped, "skipped") | dict.fromkeys(progress.done, "done")
    return [Step(key, title, states[key]) for key, title in STEPS.items()]
