"""How much SQL there is to review: all that is generated, and a change of the widest extract."""

import re
import shutil
from pathlib import Path

from codegen.contract.loading import CONTRACTS
from codegen.migration.desired import desired_state
from codegen.migration.migrate import MIGRATIONS
from codegen.migration.planner import migrated_state, plan

GENERATED = Path(__file__).resolve().parents[2] / "sql" / "generated"
MOST_LINES = 30_000
LONGEST_ROUTINE = 700
LONGEST_RETYPE = 900


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def test_the_generated_sql_can_be_read() -> None:
    assert sum(lines(path) for path in GENERATED.rglob("*.sql")) <= MOST_LINES


def test_no_generated_routine_is_too_long_to_review() -> None:
    long = {path.name: lines(path) for path in GENERATED.rglob("etl.*.sql")}
    assert {name: count for name, count in long.items() if count > LONGEST_ROUTINE} == {}


def test_a_migration_that_retypes_one_column_of_the_widest_extract_is_short(tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, contracts)
    widest = max(contracts.glob("*/*.yml"), key=lines)
    text = widest.read_text()
    retyped = re.sub(r"type: integer", "type: bigint", text, count=1)
    assert retyped != text
    widest.write_text(retyped)
    migration = plan(migrated_state(MIGRATIONS), desired_state(contracts))
    assert migration is not None
    assert migration.files["apply.sql"].count("\n") < LONGEST_RETYPE
