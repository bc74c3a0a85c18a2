"""Bad input: each has a clear message and exit code; nothing is lost, no other file is affected."""

import gzip
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from rawcore.local.folder import free_ports
from tests.support.databases import Database
from tests.support.ingest import PSEUDONYM_KEY, ROOT, Driver, body, medicines, name, row
from tests.support.s3 import Bucket

# One database: all tests look at the same run.
pytestmark = pytest.mark.s3

# Nobody else writes these: the log of the server is one for all tests.
PERSON, HEALTH_NUMBER = "Tāwhiri Quillcombe", "ZYQ7043"
LONG = row("medicine", medicine_id="7") + "|^^|extra"
SHORT = "8|^^|too short"


def _bad_files() -> Mapping[str, tuple[bytes, str, str]]:
    """Content, final state and message, by key."""
    good = medicines(1, 3)
    return {
        name("Medicine", 1): (good, "processed", ""),
        name("Medicine", 2, practice="999"): (
            good,
            "held",
            "tenant 999, 685146 is not in etl.tenants",
        ),
        name("Medicine", 3): (b"", "failed", "The file is empty: ask for it"),
        name("Medicine", 4): (good[:-1], "failed", "The file ends in the middle of a character"),
        name("Medicine", 5): (
            body([row("medicine", medicine_id="9")]) + PERSON.encode("utf-16le"),
            "failed",
            "18 characters after the last of 1 row separators: the delivery broke off",
        ),
        name("Medicine", 6): (
            body([row("medicine", medicine_id=str(n)) for n in range(10, 200)] + [LONG, SHORT]),
            "processed",
            "",
        ),
        name("Medicine", 7): (
            body(
                [row("medicine", medicine_id=str(n)) for n in range(200, 300)]
                + [row("medicine", medicine_id="300", medicine_name=f"{PERSON}\0")]
            ),
            "processed",
            "",
        ),
        name("Medicine", 8): (
            body([row("medicine", medicine_id=str(n)) for n in range(301, 400)], "utf-8")
            + body([row("medicine", medicine_id="400", medicine_name="@")], "utf-8").replace(
                b"@", b"\xff"
            ),
            "processed",
            "",
        ),
        name("Medicine", 9): (gzip.compress(good)[:-9], "failed", "Not a whole gzip archive"),
        name("Medicine", 10): (
            body([row("medicine", medicine_id=PERSON, is_active=HEALTH_NUMBER)] * 5),
            "failed",
            "",
        ),
        name("Medicine", 11): (good, "processed", ""),
    }


NAMES = {
    "685146535Medicine_202509010000_202509310000_2509310100": "impossible date",
    "685146535Unheard_202509010000_202509020000_2509020100": "unknown file type: Unheard",
    "685146535Medicine_202509010000_202509050000_2509020100": "before the end of its interval",
    "notes from the vendor.txt": "fits no pattern",
}


@pytest.fixture(scope="module")
def ended(module_database: Database, module_bucket: Bucket) -> tuple[Driver, Any]:
    """The driver after a run over all the bad files and some good ones."""
    for key, (content, _, _) in _bad_files().items():
        module_bucket.put(key, content)
    for key in NAMES:
        module_bucket.put(key, medicines(900, 901))
    driver = Driver(module_database, module_bucket.environment)
    driver.set_pseudonym_key()
    return driver, driver.run("--json")


def test_each_bad_file_ends_as_designed(ended: tuple[Driver, Any]) -> None:
    driver, done = ended
    assert done.code == 1
    found = driver.query("SELECT s3_key, status, status_reason FROM etl.load_run_files")
    assert len(found) == len(_bad_files())
    for one in found:
        _, status, problem = _bad_files()[one["s3_key"]]
        said = one["status_reason"] or ""
        assert (one["status"], said[: len(problem)]) == (status, problem), one["s3_key"]
        assert "\n" not in said


def test_good_rows_beside_bad_ones_reach_core(ended: tuple[Driver, Any]) -> None:
    driver, _ = ended
    found = driver.value(
        "SELECT array_agg(medicine_id ORDER BY medicine_id) FROM core.dim_medicine WHERE is_current"
    )
    assert found == [1, 2, 3, *range(10, 300), *range(301, 400)]


def test_rows_that_cannot_stand_in_raw_are_rejects_with_line_and_reason(
    ended: tuple[Driver, Any],
) -> None:
    driver, _ = ended
    found = driver.query(
        "SELECT f.date_extracted AT TIME ZONE 'Pacific/Auckland' AS at, r.line_no, r.stage,"
        " r.row_text, r.field_errors::text AS errors"
        " FROM etl.rejects_medicine AS r JOIN etl.load_run_files AS f USING (load_run_file_id)"
        " WHERE f.status = 'processed' ORDER BY 1, 2"
    )
    assert [(one["at"].day, one["line_no"], one["stage"]) for one in found] == [
        (6, 191, "landing"),
        (6, 192, "landing"),
        (7, 101, "landing"),
        (8, 100, "landing"),
    ]
    said = [
        "expected 11 fields, found 12",
        "expected 11 fields, found 2",
        "1 NUL character",
        "1 byte(s) that are not utf-8",
    ]
    for one, problem in zip(found, said, strict=True):
        assert problem in one["errors"]
    assert found[1]["row_text"] == SHORT
    assert found[2]["row_text"].count(r"\x00") == found[3]["row_text"].count(r"\xff") == 1


def test_names_that_cannot_be_read_are_reported_with_the_reason(ended: tuple[Driver, Any]) -> None:
    driver, _ = ended
    found = {
        one["s3_key"]: one["name_problem"]
        for one in driver.query("SELECT * FROM etl.s3_objects WHERE name_problem IS NOT NULL")
    }
    assert found.keys() == NAMES.keys()
    assert all(NAMES[key] in problem for key, problem in found.items())


def test_no_field_content_is_written_anywhere(ended: tuple[Driver, Any]) -> None:
    driver, done = ended
    said = done.out + done.err + _server_log()
    assert "ingested" in said
    assert [text for text in (PERSON, "Quillcombe", HEALTH_NUMBER) if text in said] == []
    for table in driver.tables("etl"):
        if not table.startswith("etl.rejects_"):
            assert driver.value(f"SELECT count(*) FROM {table} AS t WHERE t::text ~ 'Quill'") == 0


def test_no_secret_and_no_field_content_is_written_by_any_command(
    ended: tuple[Driver, Any],
) -> None:
    driver, _ = ended
    password = urlsplit(driver.database.driver_url).password
    secrets = [driver.store["AWS_SECRET_ACCESS_KEY"], password, PSEUDONYM_KEY]
    commands = [["--mode", "retry", "--note", "again"], ["plan"], ["status"], ["health"]]
    ways = [{"RAWCORE_LOG": "console"}, {"S3_BUCKET_NAME": "no-such-bucket"}]
    wrong = driver.database.driver_url.replace(f":{password}@", f":{password}x@")
    done = [driver.run(*words, **ways[0]) for words in commands]
    done += [driver.run(**ways[1]), driver.run(DATABASE_URL=wrong)]
    assert [one.code for one in done] == [1, 0, 0, 0, 2, 2]
    said = "".join(one.out + one.err for one in done) + _server_log()
    planted = (PERSON, "Quillcombe", HEALTH_NUMBER, *secrets)
    assert [text for text in planted if str(text) in said] == []


def _server_log() -> str:
    from tests.support.databases import given_url
    from tests.support.home import server

    return "" if given_url() else server().log.read_text()


def test_the_next_run_leaves_failed_files_and_retry_takes_them(ended: tuple[Driver, Any]) -> None:
    driver, _ = ended
    assert driver.run().code == 0
    done = driver.run("--mode", "retry", "--json")
    assert done.code == 1
    assert json.loads(done.out)["run"]["status"] == "failed"


# What ends a run before it begins.


def test_missing_bucket(driver: Driver) -> None:
    done = driver.run(S3_BUCKET_NAME="no-such-bucket")
    assert done.code == 2
    assert done.problem.startswith("There is no bucket no-such-bucket at http://127.0.0.1")


def test_wrong_credentials(driver: Driver) -> None:
    done = driver.run(AWS_SECRET_ACCESS_KEY="guessed")
    assert done.code == 2
    assert "does not accept the credentials (SignatureDoesNotMatch)" in done.problem
    assert "guessed" not in done.out + done.err


def test_store_that_is_down(driver: Driver) -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    done = driver.run(AWS_ENDPOINT_URL_S3=nowhere, RAWCORE_ATTEMPTS="2")
    assert done.code == 3
    assert done.problem.startswith(f"No answer from {nowhere}")


def test_database_that_is_down(driver: Driver) -> None:
    nowhere = f"postgresql://someone:secret@127.0.0.1:{free_ports(1)[0]}/x"
    done = driver.run(DATABASE_URL=nowhere, RAWCORE_ATTEMPTS="2")
    assert done.code == 3
    assert "No connection to PostgreSQL at 127.0.0.1" in done.problem
    assert "secret" not in done.out + done.err


def test_wrong_password(driver: Driver) -> None:
    url = driver.database.driver_url.replace("rawcore_test_driver:", "rawcore_test_driver:x")
    done = driver.run(DATABASE_URL=url)
    assert done.code == 2
    assert "password authentication failed" in done.problem


def test_database_without_engine(driver: Driver, empty_database: Database) -> None:
    done = driver.run(DATABASE_URL=empty_database.driver_url)
    assert (done.code, done.problem) == (
        2,
        "The database has no rawcore engine: run `make migrate`.",
    )


def test_contracts_that_were_not_migrated(driver: Driver, tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(ROOT / "contracts", contracts)
    changed = contracts / "indici/medicine.yml"
    changed.write_text(changed.read_text().replace("type: boolean", "type: text, pii: keep", 1))
    done = driver.run(RAWCORE_CONTRACTS=str(contracts))
    assert done.code == 2
    assert done.problem.endswith("run `make migrate`.")


def test_contract_that_cannot_be_read(driver: Driver, tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(ROOT / "contracts", contracts)
    (contracts / "indici/medicine.yml").write_text("extract: [medicine\n")
    done = driver.run(RAWCORE_CONTRACTS=str(contracts))
    assert done.code == 2
    assert "medicine.yml" in done.problem


def test_all_faults_of_the_settings_at_once(driver: Driver) -> None:
    done = driver.run(S3_BUCKET_NAME="", DATABASE_URL="what?", RAWCORE_JOBS="0")
    assert done.code == 2
    assert done.problem.startswith("The settings have 3 fault(s): ")
