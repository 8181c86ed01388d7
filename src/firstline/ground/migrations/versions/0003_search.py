"""Search: a chunk's own stems beside it, so that PostgreSQL alone ranks as the memory does."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

HERE = Path(__file__).parent


def upgrade() -> None:
    """Adds and replaces, in one transaction."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute((HERE / "0003_search.sql").read_text("utf-8"))
    cursor.execute((HERE / "0003_doors.sql").read_text("utf-8"))
