"""Limits come from the host alone."""

import pytest

from guildwright.platform.limits import Limits
from guildwright.platform.settings import Settings, Tier


def test_a_guild_without_a_tier_has_the_hosts_default() -> None:
    assert Limits(Settings(limit_giveaways_active=3)).limit(123456, "giveaways.active") == 3


def test_a_tier_replaces_the_limits_it_names_for_its_guilds_only() -> None:
    tier = Tier(guilds=frozenset({"123456"}), limits={"giveaways.active": 99})
    limits = Limits(Settings(tiers={"gold": tier}, limit_giveaways_active=3, limit_giveaways_winners=7))
    assert limits.limit(123456, "giveaways.active") == 99
    assert limits.limit(123456, "giveaways.winners") == 7
    assert limits.limit(654321, "giveaways.active") == 3


def test_asking_for_a_limit_that_does_not_exist_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError):
        Limits(Settings()).limit(123456, "giveaways.prizes")  # type: ignore[arg-type]
