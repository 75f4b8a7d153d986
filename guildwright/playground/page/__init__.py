"""The playground's page: a person acts as any member of the demo guild, and watches a real bot answer."""

from guildwright.playground.page.router import page_router

__all__ = ["page_router"]
