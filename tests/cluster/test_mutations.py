"""`check` and a real API server give the same verdict on thousands of documents that nobody wrote."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildwright_crds.check import check_text
from tests.cluster.control_plane import ControlPlane
from tests.cluster.mutations import ANYTHING, GUILD, LOCALES, ROLE, TEXTS, changes

pytestmark = pytest.mark.cluster

KIND = "/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs?dryRun=All&fieldValidation=Strict"


def _as_yaml(document: Any) -> str:
    """JSON is YAML, once what is not printable is escaped."""
    text = json.dumps(document, ensure_ascii=False)
    return "".join(char if char.isprintable() or ord(char) > 0xFFFF else f"\\u{ord(char):04x}" for char in text)


def _disagreement(plane: ControlPlane, document: Any) -> str | None:
    answer = plane.ask("POST", KIND, document)
    checked = check_text(_as_yaml(document), "x")
    if (answer.status == 201) == checked.valid:
        return None
    found = [f"{problem.field}: {problem.message}" for problem in checked.problems]
    return f"the server says {answer.status} {answer.message if answer.status != 201 else ''}, check says {found}"


def test_one_changed_place_is_judged_alike(plane: ControlPlane) -> None:
    documents = list(changes())

    wrong = {name: found for name, document in documents if (found := _disagreement(plane, document))}

    assert len(documents) > 2000
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(f"{name}: {found}" for name, found in list(wrong.items())[:40])


_RUBBISH: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(ANYTHING),
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.integers(-100, 100),
    st.floats(allow_nan=False, allow_infinity=False),
)
_IDS = st.integers(int(ROLE) - 3, int(ROLE) + 3).map(str)  # the guild's own, @everyone, is among them
_NAMES = st.sampled_from(["help", "setup", "giveaway", "giveaway start", "ban", "Ban", ""])


def _mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 19).flatmap(lambda chance: good if chance else _RUBBISH)


def _part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    optional = {name: _mostly(value) for name, value in fields.items()}
    return _mostly(st.fixed_dictionaries({}, optional=optional))


_ROLES = st.lists(_mostly(_IDS), max_size=4)
_RULE = _part(name=_NAMES, enabled=st.booleans(), allowedRoles=_ROLES, allowedChannels=_ROLES)
_SPECS = _part(
    general=_part(locale=st.sampled_from(LOCALES), timeZone=st.just("UTC"), staffRoles=_ROLES, auditChannel=_IDS),
    commands=_part(
        mention=st.booleans(),
        prefix=_part(text=st.text("!?§é😀", max_size=6), perMinute=st.integers(0, 61)),
        rules=st.lists(_RULE, max_size=3),
    ),
    giveaways=_part(
        claimTimeout=st.from_regex(r"([0-9]{1,2}d)?([0-9]{1,3}h)?([0-9]{1,3}m)?([0-9]{1,3}s)?", fullmatch=True),
        rerollLimit=st.integers(-1, 11),
        blacklist=_part(roles=_ROLES, members=_ROLES),
        minimumAccountAge=st.from_regex(r"[0-9]{1,3}d([0-9]{1,4}h)?", fullmatch=True),
        managerRoles=_ROLES,
        logChannel=_IDS,
    ),
)


def test_many_random_documents_are_judged_alike(plane: ControlPlane) -> None:
    verdicts = {True: 0, False: 0}

    @settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_SPECS)
    def judge(spec: Any) -> None:
        head = {"apiVersion": "guildwright.dev/v1alpha1", "kind": "GuildConfig", "metadata": {"name": GUILD}}
        verdicts[check_text(_as_yaml(head | {"spec": spec}), "x").valid] += 1
        assert _disagreement(plane, head | {"spec": spec}) is None

    judge()

    assert min(verdicts.values()) > 40, f"the documents should be of both kinds: {verdicts}"
