"""The house: all tables of the first version, roles, policies, and Procrastinate's schema in `jobs`."""

from importlib.resources import files
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

HERE = Path(__file__).parent


def upgrade() -> None:
    """Creates everything, in one transaction."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute((HERE / "0001_house.sql").read_text("utf-8"))
    cursor.execute("CREATE SCHEMA jobs; SET LOCAL search_path = jobs")
    cursor.execute(files("procrastinate").joinpath("sql/schema.sql").read_text("utf-8"))
    cursor.execute("SET LOCAL search_path = public")
    cursor.execute(
        "DO $$ DECLARE f regprocedure; BEGIN "
        "FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace LOOP "
        "EXECUTE format('ALTER FUNCTION %s SET search_path = jobs', f); END LOOP; END $$"
    )
    cursor.execute((HERE / "0001_doors.sql").read_text("utf-8"))
