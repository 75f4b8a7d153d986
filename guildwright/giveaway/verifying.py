"""Shows what became of a draw's record: for people in lines, for programs in JSON."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from guildwright.platform import beacon
from guildwright_bot.features.giveaways import commitments, proof
from guildwright_bot.features.giveaways.commitments import Change
from guildwright_bot.features.giveaways.proof import NotARecord, Record
from guildwright_bot.features.giveaways.verify import Verdict, message_time, short, verify

MATCHES, DIFFERS, NO_RECORD = 0, 1, 2
_SHOWN = 20  # tickets of the order
_SHORT = 60  # characters of what a field said

_STRENGTH = {
    "drand": "the seed was fixed before the first entry and the list before the public round: neither the host nor the "
    "bot's operator could know or steer the result, as long as drand is honest.",
    "other-beacon": "the list was fixed before the public round, of a beacon that is not drand's quicknet: it "
    "proves as much as you trust whoever runs that beacon, who may be the bot's operator.",
    "late": "this giveaway began before draws were committed to: the seed was chosen by the bot when it closed. It "
    "proves only that winners and rerolls follow from seed and list, and that the list did not change after its hash.",
    "drand-fallback": "the public round that was promised was not used, so this is commit-reveal. Ask why: drand "
    "keeps every round for ever.",
    "commit-reveal": "the seed was fixed before the first entry, so nobody could choose it after the list was known. "
    "Who runs the bot knew it all along, and could have tried entries of their own against it.",
}


def main(path: Path, *, as_json: bool) -> int:
    """Verify one file; the exit code."""
    try:
        record = proof.read(_content(path))
        verdict = verify(record)
    except NotARecord as wrong:
        said = f"{path} is no record of a draw: {wrong}."
        typer.echo(
            json.dumps({"matches": False, "error": said}, indent=2) if as_json else f"guildwright: {said}",
            err=not as_json,
        )
        return NO_RECORD
    if as_json:
        typer.echo(json.dumps(_json(record, verdict), indent=2))
    else:
        typer.echo("\n".join(map(_printable, _text(record, verdict))))
    return MATCHES if verdict.matches else DIFFERS


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(proof.LARGEST + 1)  # a pipe or a device does not say how much it has
    except OSError as trouble:
        raise NotARecord(f"it cannot be read ({trouble.strerror})") from None
    if len(content) > proof.LARGEST:
        raise NotARecord(f"it has more than {proof.LARGEST // 1_000_000} MB")
    return content


def _printable(line: str) -> str:
    """What a stranger's file says must not command the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _compare(record: Record) -> dict[str, str]:
    """What only Discord can show: where it stands, and what must stand there."""
    listed = f"message {record.list_message} in that channel, older than the winners' one and not edited, shows"
    return {**({} if record.late else _committed(record)), listed: record.list_hash}


def _committed(record: Record) -> dict[str, str]:
    """What entrants were told in private comes first: the giveaway's own message is edited all the time."""
    *older, last = record.commitments
    told = {
        f"the answer to who entered before change {number}": made.hash for number, made in enumerate(older, start=1)
    }
    after = ", after the last change" if older else ""
    where = f"the answer you got when you entered{after}, the message with the list's hash and the giveaway's own"
    return {**told, f"{where} in channel {record.channel} show": last.hash}


def _json(record: Record, verdict: Verdict) -> dict[str, Any]:
    return {
        "matches": verdict.matches,
        "guild": record.guild,
        "giveaway": record.giveaway,
        "algorithm": record.algorithm,
        "strength": verdict.strength,
        "late": record.late,
        "chain": verdict.chain,
        "changes": [asdict(change) for change in commitments.changes(record.commitments)],
        "left_out": record.left_out,
        "list_posted_at": _posted_at(record),
        "checks": [{"name": check.name, "ok": check.ok, "said": check.said} for check in verdict.checks],
        "compare": [{"where": where, "shows": shown} for where, shown in _compare(record).items()],
        "rounds": [[winner.ticket for winner in taken.winners] for taken in record.rounds],
        "order": verdict.order,
    }


def _posted_at(record: Record) -> str | None:
    """When the list's hash was posted; None: the id of its message is from no time."""
    try:
        return datetime.fromtimestamp(message_time(record.list_message) / 1000, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None


def _told(record: Record) -> list[str]:
    """What is no question of right or wrong, but has to be seen: what changed on the way, and who is not listed."""
    changes = [
        f"  commitment {change.number} ({change.made_at}) changed {change.part}.{change.field} {_from_to(change)}"
        for change in commitments.changes(record.commitments)
    ]
    posted = _posted_at(record)
    lines = ["", "What was changed after the first commitment:", *changes] if changes else [""]
    if not any("rules" in made.statement for made in record.commitments):
        lines.append("The server's own rules (excluded members and roles, ages) were not committed to.")
    lines.append(f"The list's hash was posted at {posted or 'no time that there is'}.")
    if record.left_out is None:
        return [*lines, "How many entries were left out of the list this older record does not say."]
    counted = ", ".join(f"{count} for {reason}" for reason, count in sorted(record.left_out.items()))
    return [
        *lines,
        f"Left out of the list: {counted or 'nobody'}. How many stands with the list's hash; why, only the bot says.",
    ]


def _from_to(change: Change) -> str:
    """Ids and tickets as what came and went, anything else as it was and is."""
    if change.fresh:
        return f"to {short(json.dumps(change.after), _SHORT)}; before it was not committed to"
    if isinstance(change.before, list) and isinstance(change.after, list):
        before, after = ({json.dumps(each) for each in several} for several in (change.before, change.after))
        went = (("added", after - before), ("removed", before - after))
        said = [f"{how} {short(', '.join(sorted(several)), _SHORT)}" for how, several in went if several]
        return f"({', '.join(said) or 'their order'})"
    return f"from {short(json.dumps(change.before), _SHORT)} to {short(json.dumps(change.after), _SHORT)}"


def _text(record: Record, verdict: Verdict) -> list[str]:
    lines = [f"Giveaway {record.giveaway} of guild {record.guild}, drawn by {record.algorithm}", ""]
    lines += [f"{'ok   ' if check.ok else 'WRONG'} {check.name}: {check.said}" for check in verdict.checks]
    lines += _told(record)
    lines += ["", "The order, recomputed:"]
    won = {winner.ticket: winner.member for taken in record.rounds for winner in taken.winners}
    over = {passed.ticket: passed.reason for taken in record.rounds for passed in taken.passed_over}
    for place, ticket in enumerate(verdict.order[:_SHOWN], start=1):
        note = (
            f"  won: member {won[ticket]}"
            if ticket in won
            else f"  passed over: {over[ticket]}"
            if ticket in over
            else ""
        )
        lines.append(f"{place:>4}. {ticket}{note}")
    if len(verdict.order) > _SHOWN:
        lines.append(f"      and {len(verdict.order) - _SHOWN} more; --json has them all")
    lines += ["", "Compare yourself:"]
    lines += [f"  {where} {shown}" for where, shown in _compare(record).items()]
    lines += ["  your own ticket, which the bot told you when you entered, is in the list", ""]
    if verdict.chain not in {"", beacon.QUICKNET_CHAIN.chain_hash}:
        lines.append(f"The beacon is not drand's quicknet but {verdict.chain}: trust it only if you know it.")
    lines.append(f"What it rests on: {_STRENGTH[verdict.strength]}")
    lines.append("The record matches." if verdict.matches else "THE RECORD DOES NOT MATCH: see the lines marked WRONG.")
    return lines
