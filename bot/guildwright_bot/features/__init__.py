"""The one list of features: one name, one folder, one config module, one config field."""

FEATURES = ("giveaways",)


def piccolo_apps() -> list[str]:
    """The `piccolo_app` modules of the bot's tables, for `guildwright migrate`."""
    return ["guildwright_bot.core.piccolo_app", *(f"guildwright_bot.features.{name}.piccolo_app" for name in FEATURES)]
