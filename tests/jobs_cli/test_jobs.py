"""What `guildwright jobs` shows and changes, and how it ends."""

import pytest

from tests.jobs_cli.conftest import GUILD, Cli

pytestmark = pytest.mark.integration


def _listed(jobs: Cli, *args: object) -> list[str]:
    names = {number: name for name, number in jobs.ids.items()}
    ran = jobs("list", "--json", *args)
    assert (ran.code, ran.err) == (0, "")
    return [names[job["id"]] for job in ran.json()["jobs"]]


def test_the_list_begins_with_what_runs_next_and_leaves_out_what_is_done(jobs: Cli) -> None:
    assert _listed(jobs) == ["waiting", "running", "unknown", "failed"]


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["--state", "done"], ["done"]),
        (["--state", "dead", "--state", "running"], ["running", "unknown", "failed"]),
        (["--outcome", "unknown"], ["unknown"]),
        (["--outcome", "done"], ["done"]),
        (["--kind", "giveaways"], ["waiting", "running", "unknown"]),
        (["--kind", "giveaways.end"], ["waiting", "running"]),
        (["--kind", "giveaways", "--state", "done"], []),
        (["--kind", "giveawaysplus", "--state", "done"], ["done"]),
        (["--guild", GUILD], ["waiting", "unknown"]),
        (["--guild", GUILD, "--state", "dead"], ["unknown"]),
    ],
)
def test_the_list_is_chosen_from(jobs: Cli, args: list[object], names: list[str]) -> None:
    assert _listed(jobs, *args) == names


def test_the_list_says_that_there_is_more(jobs: Cli) -> None:
    assert jobs("list", "--json", "--limit", 4).json()["more"] is False
    assert jobs("list", "--json", "--limit", 3).json()["more"] is True
    assert "--limit" in jobs("list", "--limit", 3).out


def test_the_list_for_people_has_a_line_for_each_with_its_error(jobs: Cli) -> None:
    lines = jobs("list").out.splitlines()
    assert len(lines) == 5
    assert "dead (unknown)" in lines[3]
    assert lines[4].endswith("GiveUp: so it is")
    assert jobs("list", "--kind", "core", "--state", "waiting").out == "no such jobs\n"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("giveaway.end", "did you mean giveaways.end"),
        ("giveawys", "did you mean giveaways"),
        ("nothing", "there are: core.audit, giveaways.end, giveaways.log, giveawaysplus.post"),
        ("", "no job has this kind"),
    ],
)
def test_a_kind_that_no_job_has_is_said(jobs: Cli, kind: str, said: str) -> None:
    ran = jobs("list", "--kind", kind)
    assert (ran.code, ran.out) == (0, "no such jobs\n")
    assert said in ran.err
    ran = jobs("list", "--kind", kind, "--json")
    assert ran.json()["jobs"] == []
    assert said in ran.err


def test_a_job_is_shown_whole(jobs: Cli) -> None:
    shown = jobs("show", jobs.ids["failed"], "--json").json()
    assert (shown["state"], shown["outcome"], shown["payload"]) == ("dead", "failed", {"n": 3})
    assert shown["error"] == "Traceback\n  line\nGiveUp: so it is\n"
    assert jobs("show", jobs.ids["waiting"], "--json").json()["guild"] == str(GUILD)

    text = jobs("show", jobs.ids["failed"]).out
    assert 'payload   {"n": 3}' in text
    assert text.endswith("GiveUp: so it is\n")


def test_a_dead_letter_runs_again_with_all_its_attempts(jobs: Cli) -> None:
    ran = jobs("retry", jobs.ids["failed"], "--json")
    assert ran.code == 0
    assert (ran.json()["state"], ran.json()["outcome"], ran.json()["attempt"]) == ("waiting", "", 0)
    assert jobs.row("failed")["tried_at"] is not None


def test_one_whose_effect_may_be_there_needs_a_word_more(jobs: Cli) -> None:
    ran = jobs("retry", jobs.ids["unknown"])
    assert ran.code == 1
    assert "may happen twice" in ran.err
    assert "--even-if-done" in ran.err
    assert jobs.row("unknown")["state"] == "dead"

    assert jobs("retry", jobs.ids["unknown"], "--even-if-done").code == 0
    row = jobs.row("unknown")
    assert (row["state"], row["tried_at"]) == ("waiting", None)


@pytest.mark.parametrize("name", ["waiting", "running", "done"])
def test_only_a_dead_letter_is_retried(jobs: Cli, name: str) -> None:
    ran = jobs("retry", jobs.ids[name])
    assert ran.code == 1
    assert "only a dead letter" in ran.err
    assert jobs.row(name)["state"] == name


@pytest.mark.parametrize("name", ["waiting", "failed", "unknown"])
def test_what_has_not_begun_or_is_dead_is_cancelled(jobs: Cli, name: str) -> None:
    assert jobs("cancel", jobs.ids[name]).code == 0
    row = jobs.row(name)
    assert (row["state"], row["outcome"]) == ("done", "cancelled")


def test_what_may_have_happened_is_told_and_kept_when_a_job_is_cancelled(jobs: Cli) -> None:
    assert jobs("cancel", jobs.ids["waiting"]).out == f"job {jobs.ids['waiting']} (giveaways.end) is cancelled\n"
    assert "an earlier try may have had its effect" in jobs("cancel", jobs.ids["failed"]).out

    ran = jobs("cancel", jobs.ids["unknown"], "--json").json()
    assert "nobody could tell" in ran["note"]
    assert ran["error"] == "nobody knows\ncancelled while nobody could tell whether its effect is there"
    assert "nobody could tell" in jobs("list", "--state", "done").out


@pytest.mark.parametrize(("name", "why"), [("running", "run by w@host"), ("done", "nothing left")])
def test_what_runs_or_is_done_is_not_cancelled(jobs: Cli, name: str, why: str) -> None:
    ran = jobs("cancel", jobs.ids[name])
    assert ran.code == 1
    assert why in ran.err
    assert jobs.row(name)["state"] == name


@pytest.mark.parametrize("command", ["show", "retry", "cancel"])
def test_a_job_that_there_is_not_is_a_refusal(jobs: Cli, command: str) -> None:
    ran = jobs(command, 999)
    assert (ran.code, ran.out) == (1, "")
    assert "there is no job 999" in ran.err


@pytest.mark.parametrize("command", ["show", "retry", "cancel"])
def test_a_number_that_no_job_can_have_is_refused(jobs: Cli, command: str) -> None:
    ran = jobs(command, 2**63)
    assert (ran.code, ran.out) == (2, "")
    assert "9223372036854775807" in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--state", "lost"], "allowed: waiting, sent, running, done, dead"),
        (["--outcome", "lost"], "allowed: done, cancelled, failed, unknown"),
        (["--kind", "giveaways.\udcff"], "words such as giveaways.end"),
        (["--guild", "mine"], "Copy Server ID"),
        (["--guild", str(2**63)], "Copy Server ID"),
        (["--outcome", "done", "--state", "waiting"], "--state done --outcome done|cancelled"),
        (["--outcome", "done", "--state", "dead"], "--state dead --outcome failed|unknown"),
        (["--outcome", "unknown", "--state", "done", "--state", "sent"], "is of jobs that are dead"),
    ],
)
def test_a_question_that_means_nothing_says_what_is_allowed(jobs: Cli, args: list[str], said: str) -> None:
    ran = jobs("list", *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_a_database_it_says_how_to_mend_that(jobs: Cli) -> None:
    ran = jobs("list", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert ran.code == 2
    assert "PostgreSQL does not answer" in ran.err

    ran = jobs("list", DATABASE_URL=jobs.url.replace("/postgres?", "/template1?"))
    assert ran.code == 2
    assert "guildwright migrate" in ran.err
