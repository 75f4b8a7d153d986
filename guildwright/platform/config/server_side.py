"""One change to one guild's GuildConfig by server-side apply, as a field manager that owns only what it set.

Nothing is forced: what somebody else owns is refused with its owner's name. Every change is tried on the server first
(`dryRun=All`), so that a refusal leaves everything as it was.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from guildwright.platform.config.cluster import APPLY, MERGE, Cluster
from guildwright.platform.config.ownership import in_words, labels_of, owners, to_apply
from guildwright.platform.config.refusals import INSTALL, ClusterRefused
from guildwright.platform.config.resource import problems_of, source_of, version_of
from guildwright.platform.config.specs import (
    Difference,
    Json,
    differences,
    joined,
    merged,
    patch_between,
    telling,
    tidy,
)
from guildwright.platform.config.store import CannotWrite, Owned, StaleWrite
from guildwright_crds.check import Problem
from guildwright_crds.guild_config import API_VERSION, KIND

type Object = dict[str, Any]

ATTEMPTS = 5  # a status may be written between our look and our change, as often as the operator likes
_MANAGER = re.compile(r'^conflict with "([^"]*)"')
_NO_FIELD = re.compile(r"\.?(?P<field>spec\S*): field not declared in schema")
_REFUSED_VALUE = re.compile(r"^Invalid value: (\"(\\.|[^\"\\])*\"|\S+): ")


class _MovedError(Exception):
    """The object is no longer the one that was looked at."""


class _EmptiedError(Exception):
    """Server-side apply took the last field out of a mapping, left a null there, and then refused the null."""


async def fetch(cluster: Cluster, guild_id: str) -> Object | None:
    """The object as it is; None where there is none."""
    try:
        found: Object = await cluster.ask("GET", f"{cluster.guild_configs}/{guild_id}")
    except ClusterRefused as refused:
        if refused.object_is_missing:
            return None
        raise
    return found


class Writer:
    """Writes as one field manager."""

    def __init__(self, cluster: Cluster, manager: str) -> None:
        self._cluster = cluster
        self._manager = manager

    async def write(self, guild_id: str, patch: Mapping[str, Any], expected_version: str, dry_run: bool) -> Object:
        """The object after the change. Raises what `ConfigStore.write` does."""
        found = ""
        for _ in range(ATTEMPTS):
            obj = await fetch(self._cluster, guild_id)
            found = version_of(obj) if obj else ""
            if found != expected_version:
                break
            wanted = _checked(guild_id, obj, patch)
            if obj is not None and not [*differences(tidy(obj["spec"]), wanted)]:
                return obj
            try:
                return await self._apply(guild_id, obj, wanted, dry_run)
            except _MovedError:
                continue
        raise StaleWrite(guild_id, expected_version, found)

    async def _apply(self, guild_id: str, obj: Object | None, wanted: Json, dry_run: bool) -> Object:
        spec = to_apply(obj, self._manager, wanted)
        try:
            outcome = await self._send(guild_id, obj, spec, dry_run=True)
        except _EmptiedError:
            if obj is None:
                raise _MovedError from None  # only where somebody made it meanwhile is there a part to be emptied
            return await self._remove(guild_id, obj, wanted, dry_run)
        if obj is None:
            _expect_new(outcome, wanted)
        self._hold(guild_id, outcome, wanted)
        if dry_run:
            return outcome
        outcome = await self._send(guild_id, obj, spec, dry_run=False)
        if obj is None:
            _expect_new(outcome, wanted)
        return outcome

    def _hold(self, guild_id: str, outcome: Object, wanted: Json) -> None:
        """Refuse what leaves something in place because others own it too."""
        left = telling(differences(wanted, tidy(outcome["spec"])))
        if left:
            raise _owned(guild_id, [_claim(each, owners(outcome, each.path, but=self._manager)) for each in left])

    async def _remove(self, guild_id: str, obj: Object, wanted: Json, dry_run: bool) -> Object:
        """Take out what is ours alone by a merge patch, since apply cannot; what is to be added is applied before.

        Apply leaves a null where a mapping loses its last field while somebody else made the mapping, or where that
        mapping is the spec itself. Between the two steps the document says both, which is as good as either.
        """
        current = tidy(obj["spec"])
        gone = telling(each for each in differences(current, wanted) if each.new is None)
        foreign = [_claim(each, others) for each in gone if (others := owners(obj, each.path, but=self._manager))]
        if foreign:
            raise _owned(guild_id, foreign)
        both = joined(current, wanted)
        if [*differences(current, both)]:
            applied = await self._apply(guild_id, obj, both, dry_run)
            obj = obj if dry_run else applied
        removal = patch_between(tidy(obj["spec"]) if not dry_run else current, wanted)
        outcome = await self._patch_same(guild_id, obj, removal, dry_run)
        return outcome | {"spec": wanted} if dry_run else outcome

    async def _patch_same(self, guild_id: str, obj: Object, removal: Json, dry_run: bool) -> Object:
        """Merge on the content of `obj`: a status, such as that of the step before, may be written at any moment."""
        for _ in range(ATTEMPTS):
            try:
                return await self._patch(guild_id, _body(guild_id, obj, removal), MERGE, dry_run)
            except _MovedError:
                now = await fetch(self._cluster, guild_id)
                if now is None or version_of(now) != version_of(obj):
                    raise
                obj = now
        raise _MovedError

    async def _send(self, guild_id: str, obj: Object | None, spec: Json, dry_run: bool) -> Object:
        body = _body(guild_id, obj, spec)
        if obj is not None:
            body["metadata"] |= labels_of(obj, self._manager)
        return await self._patch(guild_id, body, APPLY, dry_run)

    async def _patch(self, guild_id: str, body: Object, content: str, dry_run: bool) -> Object:
        query = {"fieldManager": self._manager, "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        path = f"{self._cluster.guild_configs}/{guild_id}"
        try:
            answer: Object = await self._cluster.ask("PATCH", path, query, body, content)
        except ClusterRefused as refused:
            raise _explained(guild_id, refused) from refused
        return answer


def _body(guild_id: str, obj: Object | None, spec: Json) -> Object:
    """What is sent. Of an object that is there, uid and version must still hold, or another would be made or met."""
    metadata = {"name": guild_id}
    if obj is not None:
        metadata |= {name: obj["metadata"][name] for name in ("uid", "resourceVersion")}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


def _expect_new(outcome: Object, wanted: Json) -> None:
    """Refuse where somebody made the document between our look and our apply, which was merged into theirs.

    Apply has no way to say "only where there is none". The dry run finds nearly all of them before anything is written.
    """
    if outcome["metadata"]["generation"] != 1 or [*differences(tidy(outcome["spec"]), wanted)]:
        raise _MovedError


def _checked(guild_id: str, obj: Object | None, patch: Mapping[str, Any]) -> Json:
    """What the spec is to say, judged as `check` judges a file."""
    wanted = merged({} if obj is None else obj.get("spec"), patch)
    problems = problems_of(guild_id, wanted)
    if problems:
        raise CannotWrite(guild_id, problems)
    return tidy(wanted)


def _explained(guild_id: str, refused: ClusterRefused) -> Exception:
    """The refusal as an error of the store's contract, where it is one."""
    if refused.status == HTTPStatus.CONFLICT:
        conflicts = [cause for cause in refused.causes if cause.reason == "FieldManagerConflict"]
        claims = [_Claim(cause.field, _MANAGER.findall(cause.message)) for cause in conflicts]
        return _owned(guild_id, claims) if claims else _MovedError()
    if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        if any(cause.message.startswith('Invalid value: "null"') for cause in refused.causes):
            return _EmptiedError()
        said = {cause.field: cause.message for cause in refused.causes if cause.field != "<nil>"}
        problems = [_problem(guild_id, field, _REFUSED_VALUE.sub("", text)) for field, text in said.items()]
        return CannotWrite(guild_id, problems or [_problem(guild_id, "", refused.message)])
    if unknown := _NO_FIELD.search(refused.message):
        hint = f"the cluster's GuildConfig is older than this program: upgrade it with {INSTALL}"
        return CannotWrite(guild_id, [_problem(guild_id, unknown["field"], "the cluster does not know it", hint)])
    return refused


@dataclass(frozen=True)
class _Claim:
    """Whose a field is, or one `item` of its list."""

    field: str
    managers: Sequence[str]
    item: str = ""


def _claim(each: Difference, managers: Sequence[str]) -> _Claim:
    item = each.path[-1].removeprefix("v:") if each.path and each.path[-1].startswith("v:") else ""
    return _Claim(each.field, managers, item)


def _owned(guild_id: str, claims: Sequence[_Claim]) -> Owned:
    problems, found = [], dict[str, list[str]]()
    for claim in claims:
        found[claim.field] = [*dict.fromkeys((*found.get(claim.field, ()), *claim.managers))]
        names = " and ".join(in_words(manager) for manager in claim.managers) or "somebody else"
        hint = "change it where that gets it from (for Argo CD and Flux: in Git), or take it out there first"
        message = f"{claim.item} is managed by {names}".strip()
        problems.append(_problem(guild_id, claim.field, message, hint))
    return Owned(guild_id, found, problems)


def _problem(guild_id: str, field: str, message: str, hint: str | None = None) -> Problem:
    return Problem(source_of(guild_id), 0, 0, field, message, (), hint)
