"""A PostgreSQL in a container, for RAWCORE_TEST_DB=testcontainers."""

from typing import Any

import pytest

from tests.support.home import home

IMAGE = "postgres:18-alpine"
COMMAND = (
    "postgres -c fsync=off -c synchronous_commit=off -c autovacuum=off -c max_wal_size=4GB"
    " -c log_error_verbosity=terse -c log_parameter_max_length=0"
)


def start_container() -> Any:
    """Start the container, before the workers, by the process that outlives them."""
    from docker.errors import DockerException
    from testcontainers.community.postgres import PostgresContainer

    try:
        container = PostgresContainer(IMAGE, username="postgres", dbname="postgres", driver=None)
        container.with_command(COMMAND).start()
    except DockerException as error:
        raise pytest.UsageError(
            f"RAWCORE_TEST_DB=testcontainers needs a Docker engine and {IMAGE}: {error}"
        ) from error
    (home() / "container.id").write_text(str(container.get_wrapped_container().id))
    (home() / "container.url").write_text(container.get_connection_url())
    return container
