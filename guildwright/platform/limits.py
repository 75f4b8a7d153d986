"""How much a guild may use: answered from host settings, never from GuildConfig, where an admin could raise it."""

from guildwright.platform.settings import LimitName, Settings


class Limits:
    """Looks a guild's limits up: its tier's where one names the guild, else the host's default."""

    def __init__(self, settings: Settings) -> None:
        self._defaults: dict[LimitName, int] = {
            "giveaways.active": settings.limit_giveaways_active,
            "giveaways.winners": settings.limit_giveaways_winners,
            "giveaways.entries": settings.limit_giveaways_entries,
        }
        self._of_tier: dict[int, dict[LimitName, int]] = {
            int(guild): tier.limits for tier in settings.tiers.values() for guild in tier.guilds
        }

    def limit(self, guild_id: int, name: LimitName) -> int:
        """The most that `guild_id` may have of `name`.

        Raises:
            KeyError: no limit has that name; a mistake in the calling code.
        """
        return self._of_tier.get(guild_id, {}).get(name, self._defaults[name])
