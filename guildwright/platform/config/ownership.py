"""Who owns which field of a document, as the API server notes it, and what one writer is to apply. Pure.

A field manager owns exactly the fields that it applied last: to keep one it must say it again, to remove one it leaves
it out. So a writer that changes one knob applies that knob and whatever it owned before, and nothing of the others.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from guildwright.platform.config.specs import SPEC, Fields, Json, Path, Schema, parts, whole

_WORDS = {
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "before-first-apply": "whoever wrote the document before",
    "guildwright-cli": "the `guildwright guilds` command",
    "guildwright-dashboard": "the dashboard",
    "guildwright-worker": "the worker",
    "helm": "Helm",
    "helm-controller": "Flux (Helm)",
    "kubectl": "`kubectl apply --server-side`",
    "kubectl-client-side-apply": "`kubectl apply`",
    "kubectl-create": "`kubectl create`",
    "kubectl-edit": "`kubectl edit`",
    "kubectl-patch": "`kubectl patch`",
    "kustomize-controller": "Flux (Kustomize)",
}
_NOTHING = object()


def applied_by(obj: Mapping[str, Any], manager: str) -> Fields:
    """The fields of the whole object that this manager applied."""
    for entry in obj["metadata"].get("managedFields") or ():
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource"):
            found: Fields = entry.get("fieldsV1") or {}
            return found
    return {}


def owners(obj: Mapping[str, Any], path: Path, but: str) -> list[str]:
    """The managers that own what is at a path of the spec, or below it, without what `but` applied."""
    found = []
    for entry in obj["metadata"].get("managedFields") or ():
        if (entry.get("manager"), entry.get("operation")) == (but, "Apply") or entry.get("subresource"):
            continue
        if _at(entry.get("fieldsV1") or {}, ("f:spec", *path)) is not None:
            found.append(str(entry.get("manager")))
    return found


def _at(fields: Fields, path: Iterable[str]) -> Fields | None:
    for part in path:
        below = fields.get(part)
        if below is None:
            return None
        fields = below
    return fields


def in_words(manager: str) -> str:
    """A manager as a person knows it, with its name for those who must find it."""
    known = _WORDS.get(manager)
    return f"{known} ({manager})" if known else f'"{manager}"'


def to_apply(obj: Mapping[str, Any] | None, manager: str, wanted: Json) -> dict[str, Any]:
    """The spec that `manager` applies so that the document says `wanted`, and owns nothing that it did not set."""
    if obj is None:
        return dict(wanted)
    mine = applied_by(obj, manager).get("f:spec")
    stated = _Share(obj, manager).of(mine, obj.get("spec"), wanted, SPEC, ())
    return {} if stated is _NOTHING else dict(stated)


@dataclass(frozen=True)
class _Share:
    """One manager's share of what a document is to say."""

    obj: Mapping[str, Any]
    manager: str

    def of(self, mine: Fields | None, current: Json, wanted: Json, schema: Schema, path: Path) -> Any:  # noqa: ANN401
        """Of `wanted`, what was this manager's before and what is new."""
        below = parts(wanted, schema)
        if below is None:
            return wanted if mine is not None or wanted != current else _NOTHING
        had = parts(current, schema) or {}
        taken: dict[str, Json] = {}
        for key, (value, child) in below.items():
            part = self.of((mine or {}).get(key), had.get(key, (None,))[0], value, child, (*path, key))
            if part is not _NOTHING and not self._is_mere_name(part, (*path, key)):
                taken[key] = part
        return whole(taken, wanted) if taken else _NOTHING

    def _is_mere_name(self, part: Json, path: Path) -> bool:
        """Whether all that is ours of an item is its name, while the item is another's: we would hold it in place."""
        key = path[-1]
        return key.startswith("k:") and part == json.loads(key[2:]) and bool(owners(self.obj, path, but=self.manager))


def labels_of(obj: Mapping[str, Any], manager: str) -> dict[str, Any]:
    """The labels and annotations that this manager applied: left out, they would be removed."""
    mine = applied_by(obj, manager).get("f:metadata") or {}
    kept: dict[str, Any] = {}
    for kind in ("labels", "annotations"):
        present = obj["metadata"].get(kind) or {}
        names = [key.removeprefix("f:") for key in mine.get(f"f:{kind}") or {}]
        if found := {name: present[name] for name in names if name in present}:
            kept[kind] = found
    return kept
