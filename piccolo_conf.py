"""For `uv run piccolo migrations new FEATURE --auto`, run from the repository's root; the processes do not use it."""

import os

from piccolo.conf.apps import AppRegistry

from guildwright.platform.database.engine import DB
from guildwright.platform.database.migrate import PLATFORM_APPS
from guildwright_bot.features import piccolo_apps

__all__ = ["APP_REGISTRY", "DB"]

os.environ["PICCOLO_CONF"] = "piccolo_conf"

APP_REGISTRY = AppRegistry(apps=[*PLATFORM_APPS, *piccolo_apps()])
