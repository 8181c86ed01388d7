"""Alembic's entry: one connection, one transaction a migration, under an advisory lock so that two starts do not race."""

from alembic import context
from sqlalchemy import create_engine, pool, text

LOCK = 0x46495253544C494E  # "FIRSTLIN"

engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
