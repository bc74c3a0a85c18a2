"""Views of the shop for the examples: few columns, times as days of January 2025."""

from typing import Any

from tests.semantics.world import World

DAY = "(({} AT TIME ZONE 'Europe/Berlin')::date - DATE '2025-01-01')"


def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.warehouse.admin.execute(statement)]


def history(world: World) -> list[tuple[Any, ...]]:
    """Versions of all customers: id, from day, to day, name, tier, credit."""
    period = ", ".join(DAY.format(one) for one in ("effective_from", "effective_to"))
    return rows(
        world,
        f"SELECT customer_id, {period}, name, tier, credit::text FROM core.dim_customers"
        " ORDER BY region, shop, customer_id, effective_from",
    )


def sources(world: World) -> list[tuple[int, str]]:
    """Versions of all customers: from day, and the object version behind it."""
    return rows(
        world,
        f"SELECT {DAY.format('effective_from')}, s3_version_id FROM core.dim_customers"
        " JOIN core.files USING (load_run_file_id) ORDER BY customer_id, effective_from",
    )


def orders(world: World) -> list[tuple[Any, ...]]:
    """Orders: id, status, day of its lineage, day of its deletion."""
    days = ", ".join(DAY.format(one) for one in ("date_extracted", "deleted_at"))
    return rows(world, f"SELECT order_id, status, {days} FROM core.fact_orders ORDER BY 1")


def states(world: World) -> list[tuple[str, str]]:
    """Version, without the etag, and state of all files."""
    return rows(
        world,
        "SELECT substring(s3_version_id from '^(etag:|v[0-9]+)'), status"
        " FROM etl.load_run_files ORDER BY load_run_file_id",
    )


def raw_rows(world: World, extract: str) -> list[tuple[Any, ...]]:
    """Rows of raw: day of the file, line."""
    return rows(
        world,
        f"SELECT {DAY.format('date_extracted')}, line_no FROM raw.{extract}_raw"
        " JOIN etl.load_run_files USING (load_run_file_id) ORDER BY 1, 2",
    )
