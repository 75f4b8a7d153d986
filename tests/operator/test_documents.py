"""Events and lists come in any order; what is known of a document is the newest of them, and small."""

from typing import Any

from guildwright.platform.config.store import State
from guildwright_crds.compile import CompiledConfig
from guildwright_operator.documents import Documents, News, Raw, raw_from
from tests.fakes.documents import ELM, OAK


def resource(  # noqa: PLR0913 - its parts
    guild: str = OAK,
    *,
    version: int = 1,
    generation: int = 1,
    rerolls: int = 1,
    uid: str = "oak-1",
    status: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "metadata": {
            "name": guild,
            "uid": uid,
            "generation": generation,
            "resourceVersion": str(version),
            "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}],
        },
        "spec": {"giveaways": {"rerollLimit": rerolls}},
    } | ({"status": status} if status else {})


def raw(guild: str = OAK, **parts: Any) -> Raw:
    return raw_from(resource(guild, **parts))


def limit(documents: Documents, guild: str = OAK) -> int:
    document = documents.get(guild)
    assert document is not None
    assert document.known.record is not None
    return CompiledConfig.from_json(document.known.record).giveaways.reroll_limit


def test_what_nobody_reads_is_not_kept() -> None:
    assert b"managedFields" not in raw().spec + raw().status


def test_a_status_alone_is_no_new_document_and_is_not_parsed_again() -> None:
    documents = Documents()
    assert documents.take(raw(), 0) is News.DOCUMENT
    first = documents.get(OAK)
    assert first is not None
    known = first.known
    assert documents.take(raw(version=2), 0) is News.NOTHING
    assert documents.take(raw(version=3, status={"observedGeneration": 1}), 0) is News.STATUS
    assert documents.get(OAK) is first
    assert first.known is known


def test_what_is_older_than_what_is_known_says_nothing() -> None:
    documents = Documents()
    documents.take(raw(version=5, generation=2, rerolls=2), 0)
    assert documents.take(raw(version=4, generation=1, rerolls=1), 0) is News.NOTHING
    assert documents.remove(raw(version=3)) is None
    assert limit(documents) == 2


def test_what_was_deleted_while_a_list_was_read_stays_deleted() -> None:
    documents = Documents()
    documents.take(raw(version=1), 0)
    documents.begin_list()
    assert documents.remove(raw(version=8)) is not None
    assert documents.take(raw(version=1), 0) is News.NOTHING  # a later page of a list that began before
    assert documents.end_list({OAK}, 7) == []
    assert documents.get(OAK) is None
    assert documents.take(raw(version=9, uid="oak-2"), 0) is News.DOCUMENT


def test_what_a_list_does_not_name_is_gone_unless_it_is_newer_than_the_list() -> None:
    documents = Documents()
    documents.take(raw(OAK, version=3), 0)
    documents.take(raw(ELM, version=9, uid="elm-1"), 0)
    documents.begin_list()
    assert [one.name for one in documents.end_list(set(), 7)] == [OAK]
    assert documents.get(ELM) is not None


def test_a_generation_that_cannot_be_used_keeps_the_record_and_identity_of_the_one_before() -> None:
    documents = Documents()
    documents.take(raw(rerolls=4), 0)
    documents.take(raw(version=2, generation=2, rerolls=9999), 0)
    document = documents.get(OAK)
    assert document is not None
    assert not document.accepted
    assert document.known.state is State.KEPT
    assert (document.generation, document.known.generation) == (2, 1)
    assert limit(documents) == 4
    documents.take(raw(version=3, generation=3, rerolls=5), 0)
    assert limit(documents) == 5


def test_of_a_document_that_cannot_be_used_and_is_new_here_the_status_tells_whether_it_was_good_once() -> None:
    documents = Documents()
    documents.take(raw(OAK, rerolls=9999), 0)
    documents.take(raw(ELM, rerolls=9999, uid="elm-1", status={"publishedGeneration": 3}), 0)
    oak, elm = documents.get(OAK), documents.get(ELM)
    assert oak is not None
    assert elm is not None
    assert (oak.known.keep, oak.known.never_defaults) == (True, False)
    assert (elm.known.keep, elm.known.never_defaults) == (True, True)


def test_a_resource_whose_name_is_no_guild_is_refused_and_never_published() -> None:
    documents = Documents()
    documents.take(raw("default"), 0)
    document = documents.get("default")
    assert document is not None
    assert not document.accepted
    assert document.known.record is None
    assert not document.known.keep


def test_a_status_that_comes_back_with_its_keys_in_another_order_is_no_news() -> None:
    documents = Documents()
    documents.take(raw(status={"observedGeneration": 1, "conditions": [{"type": "Ready", "status": "True"}]}), 0)
    echo = raw(version=2, status={"conditions": [{"status": "True", "type": "Ready"}], "observedGeneration": 1})
    assert documents.take(echo, 0) is News.NOTHING


def test_a_document_on_which_we_fail_keeps_what_is_in_force_and_says_so() -> None:
    documents = Documents()
    broken = Raw(OAK, "oak-1", 1, 1, b"{", b'{"publishedGeneration":1}')
    documents.take(broken, 0)
    document = documents.get(OAK)
    assert document is not None
    assert not document.accepted
    assert document.known.keep
    assert document.known.never_defaults
    documents.take(raw(version=2, generation=2, rerolls=7), 0)
    documents.take(Raw(OAK, "oak-1", 3, 3, b"{", b""), 0)
    assert limit(documents) == 7
