"""Settings: where they are read, and that all faults are reported at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rawcore.errors import BadSettings
from rawcore.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    monkeypatch.delenv("AWS_REGION", raising=False)


def test_defaults_suffice_where_no_store_is_needed() -> None:
    settings = load_settings()
    assert (settings.database_url, settings.rawcore_jobs, settings.rawcore_log) == (
        None,
        2,
        "console",
    )


def test_every_fault_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWCORE_JOBS", "many")
    monkeypatch.setenv("RAWCORE_LOG", "xml")
    monkeypatch.setenv("DATABASE_URL", "somewhere:hunter2")
    with pytest.raises(BadSettings) as caught:
        load_settings(needs_store=True)
    text = str(caught.value)
    assert all(name in text for name in ("4 fault", "RAWCORE_JOBS", "RAWCORE_LOG", "DATABASE_URL"))
    assert "S3_BUCKET_NAME is not set" in text
    assert "hunter2" not in text


def test_a_bad_bucket_is_not_called_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_BUCKET_NAME", "file://relative")
    with pytest.raises(BadSettings, match=r"1 fault.*neither the name of a bucket"):
        load_settings(needs_store=True)


def test_dotenv_is_read_and_its_aws_variables_reach_boto3(tmp_path: Path) -> None:
    import os

    Path(".env").write_text("S3_BUCKET_NAME=landing\nAWS_REGION=ap-southeast-2\n")
    assert load_settings(needs_store=True).bucket == "landing"
    assert os.environ["AWS_REGION"] == "ap-southeast-2"


def test_options_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWCORE_JOBS", "3")
    assert load_settings(rawcore_jobs=4, rawcore_source=None).rawcore_jobs == 4


def test_url_of_yoyo_serves_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://me@host/db")
    url = load_settings().database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql://me@host/db"
