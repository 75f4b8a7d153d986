"""Where Piccolo looks for its engine at run time. The one for its command line is at the repository's root."""

from piccolo.conf.apps import AppRegistry

from guildwright.platform.database.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["guildwright.platform.jobs.piccolo_app"])
