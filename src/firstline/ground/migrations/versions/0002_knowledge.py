"""Knowledge: sources that refresh, findings for the owner, drafts from the CRM, canned replies, the model in use."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

HERE = Path(__file__).parent


def upgrade() -> None:
    """Adds, in one transaction."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute((HERE / "0002_knowledge.sql").read_text("utf-8"))
    cursor.execute((HERE / "0002_doors.sql").read_text("utf-8"))
