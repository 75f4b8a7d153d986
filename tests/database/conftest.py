"""A real PostgreSQL for whoever asks."""

from tests.fakes.postgres_server import database, postgres

__all__ = ["database", "postgres"]
