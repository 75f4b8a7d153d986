"""The rules of one guild, one document; and nobody loses what was last good to a slip of the keyboard."""

from pathlib import Path

from guildwright.platform.config.assemble import assemble, away
from guildwright.platform.config.files import Reading
from guildwright.platform.config.last_good import Kept
from guildwright.platform.config.store import State
from guildwright_crds.check import check_text
from guildwright_crds.guild_config import GuildConfigSpec
from tests.fakes.documents import ELM, OAK, document


def reading(name: str, text: str, guess: str | None = None) -> Reading:
    return Reading(name, Path(name), (1,), f"version of {name}", check_text(text, name), guess)


def kept(guild_id: str, source: str, *, gone: bool = False) -> Kept:
    spec = None if gone else GuildConfigSpec.model_validate({"giveaways": {"rerollLimit": 7}})
    return Kept(guild_id, "uid", 5, "content", source, f"version of {source}", spec)


def files(*readings: Reading) -> dict[str, Reading]:
    return {one.name: one for one in readings}


def test_a_good_document_waits_to_be_recorded_and_then_is_live() -> None:
    good = reading("oak.yaml", document(OAK, rerolls=3))
    new = assemble(files(good), {})
    assert new.guilds[OAK].state is State.WAITING
    assert new.waiting == {OAK: good}
    known = assemble(files(good), {OAK: kept(OAK, "oak.yaml")})
    assert known.guilds[OAK].state is State.LIVE
    assert not known.waiting


def test_a_document_that_moved_to_another_file_is_still_the_guilds() -> None:
    outcome = assemble(files(reading("new.yaml", document(OAK))), {OAK: kept(OAK, "old.yaml")})
    assert outcome.waiting[OAK].name == "new.yaml"
    assert not outcome.gone


def test_a_bad_document_leaves_the_guild_with_what_was_last_good() -> None:
    bad = reading("oak.yaml", document(OAK, spec="  giveaways:\n    rerollLimit: lots\n"))
    outcome = assemble(files(bad), {OAK: kept(OAK, "oak.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT
    assert outcome.guilds[OAK].generation == 5
    assert outcome.guilds[OAK].spec == kept(OAK, "oak.yaml").spec
    assert outcome.guilds[OAK].problems[0].field == "spec.giveaways.rerollLimit"


def test_a_bad_document_that_never_was_good_is_refused_and_the_guild_has_defaults() -> None:
    outcome = assemble(files(reading("oak.yaml", document(OAK, spec="  giveaways: 1\n"))), {})
    assert outcome.guilds[OAK].state is State.REFUSED
    assert not outcome.guilds[OAK].in_force


def test_of_two_files_for_one_guild_neither_is_applied() -> None:
    twice = files(reading("a.yaml", document(OAK, rerolls=1)), reading("b.yaml", document(OAK, rerolls=2)))
    assert assemble(twice, {}).guilds[OAK].state is State.REFUSED
    outcome = assemble(twice, {OAK: kept(OAK, "a.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT
    assert not outcome.waiting
    assert {problem.file for problem in outcome.guilds[OAK].problems} == {"a.yaml", "b.yaml"}


def test_a_bad_twin_counts_as_a_twin() -> None:
    twice = files(reading("a.yaml", document(OAK)), reading("b.yaml", document(OAK, spec="  giveaways: 1\n")))
    assert assemble(twice, {}).guilds[OAK].state is State.REFUSED


def test_an_unreadable_file_keeps_the_guild_that_it_held_last() -> None:
    broken = reading("oak.yaml", "\t{")
    outcome = assemble(files(broken), {OAK: kept(OAK, "oak.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT
    assert outcome.guilds[OAK].problems
    assert not outcome.gone
    assert not outcome.strays


def test_a_file_whose_guild_id_was_mangled_keeps_the_guild_that_it_held_last() -> None:
    outcome = assemble(files(reading("oak.yaml", document("12"))), {OAK: kept(OAK, "oak.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT


def test_a_file_that_turned_to_another_guild_and_is_bad_costs_neither_its_config() -> None:
    turned = reading("oak.yaml", document(ELM, spec="  giveaways: 1\n"))
    outcome = assemble(files(turned), {OAK: kept(OAK, "oak.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT
    assert outcome.guilds[ELM].state is State.REFUSED


def test_a_file_that_turned_to_another_guild_and_is_good_withdraws_the_first() -> None:
    outcome = assemble(files(reading("oak.yaml", document(ELM))), {OAK: kept(OAK, "oak.yaml")})
    assert list(outcome.gone) == [OAK]
    assert list(outcome.waiting) == [ELM]


def test_an_unreadable_new_file_that_seems_to_be_a_guilds_is_shown_with_it() -> None:
    outcome = assemble(files(reading("new.yaml", "\t{", guess=OAK)), {OAK: kept(OAK, "old.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT
    assert outcome.guilds[OAK].source == "new.yaml"


def test_an_unreadable_file_costs_a_guild_with_a_good_file_nothing() -> None:
    both = files(reading("oak.yaml", document(OAK)), reading("copy.yaml", "\t{", guess=OAK))
    outcome = assemble(both, {OAK: kept(OAK, "oak.yaml")})
    assert outcome.guilds[OAK].state is State.LIVE
    assert [stray.source for stray in outcome.strays] == ["copy.yaml"]


def test_a_file_of_nobody_is_a_stray_and_touches_nobody() -> None:
    outcome = assemble(files(reading("junk.yaml", "%"), reading("oak.yaml", document(OAK))), {})
    assert [stray.source for stray in outcome.strays] == ["junk.yaml"]
    assert list(outcome.guilds) == [OAK]


def test_a_folder_that_cannot_be_listed_keeps_the_guilds_below_it() -> None:
    outcome = assemble(files(reading("more", "%")), {OAK: kept(OAK, "more/oak.yaml"), ELM: kept(ELM, "moreover.yaml")})
    assert outcome.guilds[OAK].state is State.KEPT
    assert list(outcome.gone) == [ELM]


def test_a_guild_whose_file_is_missing_is_gone_once() -> None:
    assert list(assemble({}, {OAK: kept(OAK, "oak.yaml")}).gone) == [OAK]
    assert not assemble({}, {OAK: kept(OAK, "oak.yaml", gone=True)}).gone


def test_a_missing_directory_means_nothing_for_any_guild() -> None:
    outcome = away(Path("guilds"), "no such directory", {OAK: kept(OAK, "oak.yaml"), ELM: kept(ELM, "", gone=True)})
    assert outcome.guilds[OAK].state is State.KEPT
    assert ELM not in outcome.guilds
    assert "away" in outcome.strays[0].problems[0].message
