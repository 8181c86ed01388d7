"""Brings a database to the newest schema (Alembic, migrations in SQL)."""

from pathlib import Path

from firstline.ground.errors import StartupError

__all__ = ["current_revision", "migrate"]

HERE = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Runs what is missing; safe to call from several processes at once. `url`: the owner's, postgresql://…"""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("sqlalchemy.url", driver_url(url).replace("%", "%%"))
    command.upgrade(config, "head")


def driver_url(url: str) -> str:
    """The same database for SQLAlchemy with psycopg."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    raise StartupError("database_url", "DATABASE_URL must begin with postgresql://")


def current_revision() -> str:
    """The newest revision this code knows."""
    return max(p.stem.split("_")[0] for p in (HERE / "versions").glob("*.py") if p.stem[0].isdigit())
