"""Messages of the driver about errors of the server and contracts that are not migrated."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from codegen.contract.fingerprint import contract_fingerprint
from codegen.contract.fingerprint_file import fingerprint_file
from rawcore import errors
from rawcore.delimited.decoding import Dialect
from rawcore.driver.database import Source, as_database_error, check_contracts, connect
from rawcore.settings import load_settings


@pytest.mark.parametrize(
    ("kind", "expected", "retryable"),
    [
        (psycopg.errors.InvalidTextRepresentation, errors.ContentRefused, False),
        (psycopg.errors.SyntaxError, errors.DatabaseFault, False),
        (psycopg.errors.InsufficientPrivilege, errors.EngineUnfit, False),
        (psycopg.errors.DiskFull, errors.DatabaseResource, True),
        (psycopg.errors.DeadlockDetected, errors.DatabaseResource, True),
        (psycopg.errors.QueryCanceled, errors.DatabaseResource, True),
        (psycopg.errors.AdminShutdown, errors.ConnectionLost, True),
        (psycopg.OperationalError, errors.ConnectionLost, True),
    ],
)
def test_errors_are_classified_and_their_text_is_kept_back(
    kind: type[psycopg.Error], expected: type[errors.RawcoreError], retryable: bool
) -> None:
    error = as_database_error(kind("invalid input: ZZZ0016"))
    assert type(error) is expected
    assert error.retryable is retryable
    assert "ZZZ0016" not in str(error)


def test_server_out_of_reach_is_said_without_the_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAWCORE_ATTEMPTS", "2")
    monkeypatch.setenv("RAWCORE_BACKOFF", "0")
    with pytest.raises(errors.DatabaseUnreachable, match=r"127\.0\.0\.1:9/x") as caught:
        connect("postgresql://me:hunter2@127.0.0.1:9/x", load_settings(), "test")
    assert "hunter2" not in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert caught.value.exit_code == 3


def test_contracts_with_a_written_fingerprint_are_not_parsed(tmp_path: Path) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "source.yml").write_text("source: [\n")
    (folder / "fingerprint.json").write_text(fingerprint_file(folder, "f" * 64))
    source = Source("web", Dialect(",", "\n"), "UTC", "f" * 64)
    check_contracts(source, tmp_path)
    with pytest.raises(errors.ContractsUnreadable, match=r"source\.yml"):
        check_contracts(replace(source, contract_fingerprint="0" * 64), tmp_path)
    (folder / "source.yml").write_text("source: [ # edited\n")
    with pytest.raises(errors.ContractsUnreadable, match=r"source\.yml"):
        check_contracts(source, tmp_path)


def test_a_written_fingerprint_alone_refuses_no_contracts(tmp_path: Path) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "source.yml").write_text("source: web\n")
    (folder / "fingerprint.json").write_text(fingerprint_file(folder, "of an older rawcore"))
    source = Source("web", Dialect(",", "\n"), "UTC", contract_fingerprint(folder))
    check_contracts(source, tmp_path)
    with pytest.raises(errors.ContractsChanged):
        check_contracts(replace(source, contract_fingerprint="0" * 64), tmp_path)
