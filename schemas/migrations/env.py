"""Alembic environment: runs the migrations on the connection that the store hands over.

Views stand in the way of tables that are made anew, and are of the newest tables only: they are dropped first, and made where the schema is newest.
"""

from alembic import context

from schemas import views
from schemas.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    views.drop(connection)
    context.run_migrations()
    if context.get_context().get_current_revision() == context.script.get_current_head():
        views.make(connection)
