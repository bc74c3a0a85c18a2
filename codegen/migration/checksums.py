"""Checksums of applied migrations, so that an edited migration is found."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg


def checksum(folder: Path, migration_id: str) -> str:
    """Return the SHA-256 (hex) over apply.sql and rollback.sql of a migration."""
    digest = hashlib.sha256()
    for name in ("apply.sql", "rollback.sql"):
        path = folder / migration_id / name
        digest.update(path.read_bytes() if path.is_file() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def make_table(connection: psycopg.Connection[Any]) -> None:
    """Create the table of checksums beside yoyo's tables, if it does not exist."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS _rawcore_migration"
        " (migration_id text PRIMARY KEY, checksum text)"
    )


def record(connection: psycopg.Connection[Any], migration_id: str, folder: Path) -> None:
    """Record the checksum of a migration that is being applied."""
    connection.execute(
        "INSERT INTO _rawcore_migration VALUES (%s, %s)"
        " ON CONFLICT (migration_id) DO UPDATE SET checksum = excluded.checksum",
        [migration_id, checksum(folder, migration_id)],
    )


def forget(connection: psycopg.Connection[Any], migration_id: str) -> None:
    """Delete the checksum of a migration that is taken back."""
    connection.execute("DELETE FROM _rawcore_migration WHERE migration_id = %s", [migration_id])


def edited(connection: psycopg.Connection[Any], folder: Path) -> list[str]:
    """Return the migrations of a folder that were edited after they were applied here."""
    rows = connection.execute(
        "SELECT migration_id, checksum FROM _rawcore_migration ORDER BY 1"
    ).fetchall()
    return [
        name for name, was in rows if (folder / name).is_dir() and was != checksum(folder, name)
    ]
