"""An object of the API server is a guild's document, whatever its server thinks that ours does not."""

from typing import Any

from guildwright.platform.config.report import where
from guildwright.platform.config.resource import kept, problems_of, stored_from, stray_from
from guildwright.platform.config.store import State
from tests.fakes.documents import ELM, OAK


def resource(spec: object = None, *, name: str = OAK, generation: int = 4, **metadata: object) -> dict[str, Any]:
    """What the API server gives."""
    known = {"name": name, "namespace": "default", "uid": "u-1", "resourceVersion": "77", "generation": generation}
    head = {"apiVersion": "guildwright.dev/v1alpha1", "kind": "GuildConfig", "metadata": known | metadata}
    return head if spec is None else head | {"spec": spec}


def test_a_good_object_is_live_with_the_servers_uid_and_generation() -> None:
    stored = stored_from(resource({"giveaways": {"claimTimeout": "24h", "rerollLimit": None}}))

    assert (stored.guild_id, stored.uid, stored.generation, stored.state) == (OAK, "u-1", 4, State.LIVE)
    assert stored.source == f"guildconfigs/{OAK}"
    assert stored.spec.model_dump(mode="json", exclude_unset=True, by_alias=True)["giveaways"] == {"claimTimeout": "1d"}


def test_the_version_names_the_content_so_a_status_or_a_label_makes_no_new_one() -> None:
    before = stored_from(resource({}))

    assert stored_from(resource({}, resourceVersion="99", labels={"a": "b"}) | {"status": {}}) == before
    assert stored_from(resource({}, generation=5)).version != before.version
    assert stored_from(resource({}, uid="u-2")).version != before.version


def test_what_our_models_refuse_is_named_by_its_field_and_has_no_line() -> None:
    stored = stored_from(resource({"giveawys": {"emoji": "\U0001f600\u2028"}, "giveaways": {"rerollLimit": 99}}))

    assert stored.state is State.REFUSED
    fields = {problem.field: problem for problem in stored.problems}
    assert set(fields) == {"spec.giveawys", "spec.giveaways.rerollLimit"}
    assert fields["spec.giveawys"].hint == "did you mean giveaways?"
    assert {where(problem) for problem in stored.problems} == {f"guildconfigs/{OAK}"}


def test_a_spec_that_is_none_at_all_is_refused_too() -> None:
    assert stored_from(resource([])).problems[0].field == "spec"
    assert stored_from(resource()).state is State.LIVE


def test_a_document_that_became_bad_keeps_what_was_last_good() -> None:
    last = stored_from(resource({"giveaways": {"rerollLimit": 3}}, generation=3))
    bad = stored_from(resource({"giveawys": {}}))

    now = kept(bad, last)

    assert (now.state, now.generation, now.spec) == (State.KEPT, 3, last.spec)
    assert (now.version, now.problems) == (bad.version, bad.problems)
    assert kept(stored_from(resource({"x": 1}, generation=5)), now).generation == 3
    assert kept(bad, None) == bad == kept(bad, bad)
    assert kept(last, now) == last


def test_an_object_of_no_guilds_name_is_a_stray_that_says_so() -> None:
    stray = stray_from(resource({}, name="oak"))

    assert stray
    assert [problem.field for problem in stray.problems] == ["metadata.name"]
    assert stray_from(resource({})) is None


def test_no_hint_speaks_of_a_line() -> None:
    (problem,) = problems_of(OAK, {"giveaways": {"managerRoles": [ELM, ELM]}})

    assert (problem.field, problem.hint) == ("spec.giveaways.managerRoles[1]", None)
