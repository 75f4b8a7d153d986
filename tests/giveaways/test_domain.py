"""The rules of a giveaway, one sentence each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guildwright_bot.features.giveaways import domain
from guildwright_bot.features.giveaways.domain import (
    Caps,
    ClaimState,
    Entry,
    Giveaway,
    Person,
    PrizeClaim,
    Rules,
    State,
    Terms,
)
from guildwright_bot.refusal import Refusal
from guildwright_crds.giveaways import Blacklist, Giveaways

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CAPS = Caps(active=3, winners=20, entries=100)
TERMS = Terms("Oak chair", 1, timedelta(minutes=10))
ONE = Person(1)
GIVEAWAY = Giveaway(7, 1, 100, 200, 300, TERMS, NOW, NOW + TERMS.duration)


def member(born: datetime = NOW - timedelta(days=1000), *, roles: frozenset[int] = frozenset()) -> Person:
    """Somebody whose account was made at `born`."""
    return Person((int(born.timestamp() * 1000) - 1_420_070_400_000) << 22, roles)


def reason(answer: object) -> str:
    """The reason of a refusal; fails for anything else."""
    assert isinstance(answer, Refusal), answer
    return answer.reason


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (replace(TERMS, prize="  "), "giveaways-refused-no-prize"),
        (replace(TERMS, prize="x" * 201), "giveaways-refused-long-prize"),
        (replace(TERMS, duration=timedelta(seconds=9)), "giveaways-refused-duration"),
        (replace(TERMS, duration=timedelta(days=61)), "giveaways-refused-duration"),
        (replace(TERMS, winners=0), "giveaways-refused-winners"),
        (replace(TERMS, winners=21), "giveaways-refused-winners"),
    ],
)
def test_terms_outside_the_limits_are_refused(terms: Terms, expected: str) -> None:
    assert reason(domain.refuse_terms(terms, CAPS)) == expected


def test_terms_at_the_limits_are_accepted() -> None:
    for terms in (
        replace(TERMS, prize="x" * 200, duration=timedelta(seconds=10), winners=20),
        replace(TERMS, duration=timedelta(days=60)),
    ):
        assert domain.refuse_terms(terms, CAPS) is None


def test_a_guild_has_no_more_giveaways_at_a_time_than_the_host_lets_it() -> None:
    assert domain.refuse_another(2, CAPS) is None
    assert reason(domain.refuse_another(3, CAPS)) == "giveaways-refused-too-many"


def test_a_giveaway_posted_soon_ends_when_it_was_said_to() -> None:
    assert domain.planned_end(GIVEAWAY, NOW + timedelta(minutes=5)) == GIVEAWAY.ends_at


def test_a_giveaway_posted_much_too_late_still_runs_its_whole_time() -> None:
    late = NOW + timedelta(minutes=6)
    assert domain.planned_end(GIVEAWAY, late) == late + TERMS.duration


def test_winners_who_are_told_late_still_get_their_whole_time() -> None:
    timeout = timedelta(minutes=5)
    planned = domain.planned_deadline(None, timeout, NOW)
    assert planned == NOW + timedelta(minutes=5)
    assert domain.planned_deadline(planned, timeout, NOW + timedelta(minutes=1)) == planned
    late = NOW + timedelta(minutes=4)
    assert domain.planned_deadline(planned, timeout, late) == late + timedelta(minutes=5)


def test_everybody_may_enter_while_it_runs() -> None:
    assert domain.refuse_entry(GIVEAWAY, member(), Rules(), caps=CAPS, now=NOW) is None


def test_nobody_enters_or_leaves_from_the_very_moment_it_ends() -> None:
    just_before = GIVEAWAY.ends_at - timedelta(microseconds=1)
    assert domain.refuse_change(GIVEAWAY, just_before) is None
    assert reason(domain.refuse_change(GIVEAWAY, GIVEAWAY.ends_at)) == "giveaways-refused-over"


@pytest.mark.parametrize("state", [State.DRAWING, State.CLAIMING, State.CLOSED, State.DELETED])
def test_nobody_enters_what_does_not_run(state: State) -> None:
    answer = domain.refuse_entry(replace(GIVEAWAY, state=state), member(), Rules(), caps=CAPS, now=NOW)
    assert reason(answer) == "giveaways-refused-over"


def test_a_full_giveaway_takes_nobody_more() -> None:
    answer = domain.refuse_entry(replace(GIVEAWAY, entries=100), member(), Rules(), caps=CAPS, now=NOW)
    assert reason(answer) == "giveaways-refused-full"


def test_blacklisted_members_and_roles_cannot_win() -> None:
    somebody = member(roles=frozenset({5}))
    by_name, by_role = Rules(blacklisted_members=frozenset({somebody.id})), Rules(blacklisted_roles=frozenset({5}))
    for rules in (by_name, by_role):
        assert reason(domain.refuse_person(GIVEAWAY, somebody, rules, NOW)) == "giveaways-refused-blacklisted"


def test_the_required_role_is_required() -> None:
    giveaway = replace(GIVEAWAY, terms=replace(TERMS, required_roles=frozenset({5})))
    assert reason(domain.refuse_person(giveaway, member(), Rules(), NOW)) == "giveaways-refused-role"
    assert domain.refuse_person(giveaway, member(roles=frozenset({5})), Rules(), NOW) is None


def test_an_account_must_be_as_old_as_the_config_says() -> None:
    rules = Rules(minimum_account_age=timedelta(days=7))
    young = member(NOW - timedelta(days=7) + timedelta(seconds=1))
    answer = domain.refuse_person(GIVEAWAY, young, rules, NOW)
    assert reason(answer) == "giveaways-refused-young"
    assert isinstance(answer, Refusal)
    assert answer.args["ready"] == str(int((NOW + timedelta(seconds=1)).timestamp()))
    assert domain.refuse_person(GIVEAWAY, member(NOW - timedelta(days=7)), rules, NOW) is None


def test_a_click_enters_and_the_next_one_leaves() -> None:
    entered = domain.toggled(None, ONE, interaction_id=10)
    assert entered.active
    assert not domain.toggled(entered, ONE, interaction_id=11).active


def test_a_click_that_is_delivered_twice_counts_once() -> None:
    entered = domain.toggled(None, ONE, interaction_id=10)
    assert domain.toggled(entered, ONE, interaction_id=10) == entered
    assert domain.toggled(entered, ONE, interaction_id=9) == entered


def test_changes_within_the_pause_share_one_edit() -> None:
    fresh = replace(GIVEAWAY, refreshed_at=NOW)
    due = domain.refresh_after(fresh, NOW + timedelta(seconds=1))
    assert due == NOW + domain.REFRESH_PAUSE
    waiting = replace(fresh, refresh_due=due)
    assert domain.refresh_after(waiting, NOW + timedelta(seconds=2)) is None


def test_the_first_change_after_a_quiet_while_is_shown_at_once() -> None:
    quiet = replace(GIVEAWAY, refreshed_at=NOW)
    later = NOW + timedelta(minutes=1)
    assert domain.refresh_after(quiet, later) == later


def test_a_change_after_an_edit_began_calls_for_another_edit() -> None:
    begun = domain.refreshing(replace(GIVEAWAY, refresh_due=NOW), NOW)
    assert domain.refresh_after(begun, NOW) == NOW + domain.REFRESH_PAUSE


def test_an_edit_that_died_is_not_waited_for_any_more() -> None:
    stuck = replace(GIVEAWAY, refresh_due=NOW)
    assert domain.refresh_after(stuck, NOW + domain.REFRESH_LOST) is not None


def test_only_a_running_giveaway_can_be_ended() -> None:
    ended = domain.end_now(GIVEAWAY)
    assert isinstance(ended, Giveaway)
    assert ended.state is State.DRAWING
    assert reason(domain.end_now(ended)) == "giveaways-refused-already-ended"


def test_without_winners_it_is_closed_at_once() -> None:
    closed, claims = domain.award(replace(GIVEAWAY, state=State.DRAWING), [])
    assert (closed.state, claims) == (State.CLOSED, [])


CLAIMING = replace(GIVEAWAY, state=State.CLAIMING)
OPEN = PrizeClaim(1, 0, deadline=NOW + timedelta(minutes=5))


def test_a_winner_claims_once() -> None:
    claimed = domain.claim(CLAIMING, [OPEN], 1, NOW)
    assert isinstance(claimed, PrizeClaim)
    assert claimed.state is ClaimState.CLAIMED
    assert reason(domain.claim(CLAIMING, [claimed], 1, NOW)) == "giveaways-refused-claimed"


def test_nobody_else_claims() -> None:
    assert reason(domain.claim(CLAIMING, [OPEN], 2, NOW)) == "giveaways-refused-not-yours"


def test_a_winner_can_claim_until_the_deadline_and_not_after() -> None:
    deadline = NOW + timedelta(minutes=5)
    assert isinstance(domain.claim(CLAIMING, [OPEN], 1, deadline - timedelta(microseconds=1)), PrizeClaim)
    assert reason(domain.claim(CLAIMING, [OPEN], 1, deadline)) == "giveaways-refused-too-late"
    expired = replace(OPEN, state=ClaimState.EXPIRED)
    assert reason(domain.claim(CLAIMING, [expired], 1, NOW)) == "giveaways-refused-too-late"


def test_a_click_between_the_message_and_its_bookkeeping_is_a_claim() -> None:
    assert isinstance(domain.claim(CLAIMING, [replace(OPEN, deadline=None)], 1, NOW), PrizeClaim)


def test_only_open_claims_expire_and_only_at_their_deadline() -> None:
    claimed = PrizeClaim(2, 0, ClaimState.CLAIMED, OPEN.deadline)
    untold = PrizeClaim(3, 0)
    deadline = NOW + timedelta(minutes=5)
    assert domain.overdue([OPEN, claimed, untold], deadline - timedelta(seconds=1)) == []
    assert [claim.member_id for claim in domain.overdue([OPEN, claimed, untold], deadline)] == [1]


def test_a_prize_that_nobody_claims_goes_on_as_often_as_the_config_says_whatever_happened_to_others() -> None:
    often = [PrizeClaim(member, 7, given_on=member) for member in range(4)]
    later = replace(CLAIMING, round=9)
    assert [domain.redraws(later, often, Rules(reroll_limit=limit)) for limit in range(6)] == [0, 1, 2, 3, 4, 4]
    assert domain.redraws(replace(CLAIMING, state=State.CLOSED), often, Rules(reroll_limit=9)) == 0


def test_a_reroll_is_a_new_round() -> None:
    again, claims = domain.reroll(CLAIMING, [8, 9])
    assert again.round == 1
    assert claims == [PrizeClaim(8, 1, given_on=0), PrizeClaim(9, 1, given_on=0)]
    assert [claim.given_on for claim in domain.reroll(CLAIMING, [8], 2)[1]] == [2]


def test_it_closes_when_the_last_claim_is_settled() -> None:
    claimed = replace(OPEN, state=ClaimState.CLAIMED)
    assert domain.settled(CLAIMING, [claimed, OPEN]).state is State.CLAIMING
    assert domain.settled(CLAIMING, [claimed, replace(OPEN, state=ClaimState.EXPIRED)]).state is State.CLOSED


def test_a_deleted_giveaway_can_be_neither_deleted_again_nor_claimed() -> None:
    deleted = domain.delete(CLAIMING)
    assert isinstance(deleted, Giveaway)
    assert reason(domain.delete(deleted)) == "giveaways-refused-unknown"
    assert reason(domain.claim(deleted, [OPEN], 1, NOW)) == "giveaways-refused-not-yours"


def test_the_rules_are_those_of_the_config() -> None:
    config = Giveaways(
        claim_timeout=timedelta(minutes=1),
        reroll_limit=3,
        minimum_account_age=timedelta(days=2),
        minimum_membership=timedelta(days=1),
        preview=True,
        retention=timedelta(days=30),
        blacklist=Blacklist(roles=("111111111111111111",), members=("222222222222222222",)),
        default_channel="333333333333333333",
        log_channel="444444444444444444",
    )
    assert domain.rules_of(config) == Rules(
        claim_timeout=timedelta(minutes=1),
        reroll_limit=3,
        minimum_account_age=timedelta(days=2),
        minimum_membership=timedelta(days=1),
        preview=True,
        retention=timedelta(days=30),
        blacklisted_roles=frozenset({111111111111111111}),
        blacklisted_members=frozenset({222222222222222222}),
        default_channel=333333333333333333,
        log_channel=444444444444444444,
    )


def test_an_entry_says_who_by_which_click_and_what_was_known_then() -> None:
    known = Person(5, frozenset({7}), NOW, 3)
    entry = domain.toggled(None, known, 9)
    assert entry == Entry(5, True, 9, frozenset({7}), NOW, 3)
    assert entry.person == known
