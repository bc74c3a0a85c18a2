"""A PostgreSQL in a container, for RAWCORE_TEST_DB=testcontainers."""

import json
from typing import Any

from tests.support.home import home

IMAGE = "postgres:18-alpine"
COMMAND = "postgres -c fsync=off -c synchronous_commit=off -c autovacuum=off -c max_wal_size=4GB"


def start_container() -> Any:
    """Start the container, before the workers, by the process that outlives them."""
    from testcontainers.postgres import PostgresContainer

    container = PostgresContainer(IMAGE, username="postgres", dbname="postgres", driver=None)
    container.with_command(COMMAND).start()
    identity = container.get_wrapped_container().id
    undo = {"command": ["docker", "rm", "--force", "--volumes", identity]}
    (home() / "undo-container.json").write_text(json.dumps(undo))
    (home() / "container.url").write_text(container.get_connection_url())
    return container
