"""For `uv run piccolo migrations new FEATURE --auto`, run from the repository's root; the processes do not use it."""

import os

from piccolo.conf.apps import AppRegistry

from guildwright.platform.database.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

os.environ["PICCOLO_CONF"] = "piccolo_conf"

APP_REGISTRY = AppRegistry(apps=["guildwright.platform.jobs.piccolo_app"])
