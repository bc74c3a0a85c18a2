"""The steps of docs/your-own-feed.md: a sample, contracts outside the clone, a migration, core."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.databases import Cluster, Database
from tests.support.ingest import ROOT, Driver

ORDERS = (
    'OrderID,OrderedOn,CustomerNo,Amount\r\n7,03/11/2025,C01,18.50\r\n8,14/11/2025,"C02",1.00\r\n'
)
CUSTOMERS = """\
extract: customers
file_types: [customers]
description: Customers.
natural_key: [customer_no]
core: {kind: dimension, table: dim_customers}
columns:
  - {name: customer_no, source: CustomerNo, type: text}
  - {name: town, source: Town, type: text, pii: keep}
"""


def codegen(database: Database, *arguments: str | Path) -> str:
    """Run `python -m codegen` as the owner of the database."""
    environment = {**os.environ, "DATABASE_URL": database.admin_url}
    command = [sys.executable, "-m", "codegen", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_team_keeps_contracts_and_migrations_of_its_own(
    empty_database: Database, cluster: Cluster, tmp_path: Path
) -> None:
    contracts, migrations, bucket = (tmp_path / n for n in ("contracts", "migrations", "bucket"))
    theirs: list[str | Path] = ["--contracts", contracts, "--migrations", migrations]
    bucket.mkdir()
    (bucket / "orders_20251104.csv").write_bytes(ORDERS.encode())
    driver = Driver(
        empty_database, {"S3_BUCKET_NAME": f"file://{bucket}", "RAWCORE_CONTRACTS": str(contracts)}
    )

    codegen(empty_database, "new-source", "shop", *bucket.iterdir(), "--contracts", contracts)
    assert "0001_initial: " in codegen(empty_database, "migration", "initial", *theirs)
    assert "applied 0001_initial" in codegen(empty_database, "migrate", "--migrations", migrations)
    cluster.grant_members(empty_database)
    assert driver.run().code == 0
    assert driver.query(
        "SELECT order_id, ordered_on::text, amount::text FROM core.fact_orders"
    ) == [
        {"order_id": 7, "ordered_on": "2025-11-03", "amount": "18.50"},
        {"order_id": 8, "ordered_on": "2025-11-14", "amount": "1.00"},
    ]

    (contracts / "shop" / "customers.yml").write_text(CUSTOMERS)
    (bucket / "customers_20251105.csv").write_bytes(b'CustomerNo,Town\r\nC01,"Ulm\nDonau"\r\n')
    refused = driver.run()
    assert (refused.code, "make migrate" in refused.problem) == (2, True)

    assert "0002_customers: " in codegen(empty_database, "migration", "customers", *theirs)
    applied = codegen(empty_database, "migrate", "--migrations", migrations)
    assert "applied 0002_customers" in applied
    assert driver.run().code == 0
    assert driver.query("SELECT customer_no, town FROM core.dim_customers") == [
        {"customer_no": "C01", "town": "Ulm\nDonau"}
    ]
    assert driver.value("SELECT count(*) FROM etl.sources") == 1
