"""Settings from the environment and `.env`, checked at start; every fault is reported at once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rawcore.errors import BadSettings

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}|arn:[A-Za-z0-9._:/-]+")
_REPLACED = ("RAWCORE_S3_ROLE", "RAWCORE_S3_EXTERNAL_ID")
ENV_FILE = Path(".env")


class Settings(BaseSettings):
    """The settings of the driver. The name of a field in capitals is the environment variable."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    database_url: SecretStr | None = Field(
        None, description="Where PostgreSQL is; unset: the embedded server under .local/."
    )
    s3_bucket_name: str | None = Field(
        None, description="The bucket, or file:///path for a folder that is read like one."
    )
    s3_bucket_prefix: str = Field("", description="Only keys that start with it are listed.")
    rawcore_source: str | None = Field(
        None, description="The source to load; default: the only one."
    )
    rawcore_jobs: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Worker threads.")
    rawcore_log: Literal["console", "json"] = Field("console", description="How log lines look.")
    rawcore_contracts: Path = Field(
        Path("contracts"), description="The folder of contracts, compared with what was migrated."
    )
    rawcore_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        5, description="Attempts at a file, or at a connection, in one run."
    )
    rawcore_backoff: Annotated[float, Field(ge=0, le=60)] = Field(
        1.0, description="Seconds before the second attempt; doubles each time, with jitter."
    )
    rawcore_breaker: Annotated[int, Field(ge=1, le=1000)] = Field(
        10, description="Faults in a row, for each worker, after which a run ends with exit code 3."
    )
    rawcore_s3_timeout: Annotated[float, Field(gt=0, le=900)] = Field(
        60.0, description="Seconds without a byte from the store before an attempt is given up."
    )
    rawcore_s3_connect_timeout: Annotated[float, Field(gt=0, le=900)] = Field(
        10.0, description="Seconds in which the store has to take a connection."
    )
    rawcore_s3_path_style: bool | None = Field(
        None,
        description="Bucket in the path, not the host; default: where AWS_ENDPOINT_URL_S3 is set.",
    )
    rawcore_s3_requester_pays: bool = Field(False, description="Accept the cost of requests.")
    rawcore_s3_checksums: Literal["when_supported", "when_required"] = Field(
        "when_supported", description="Whether answers are checked against checksums of the store."
    )
    rawcore_s3_md5: bool = Field(
        True, description="Compare the MD5 with etags that look like one (single-part uploads)."
    )

    @field_validator("database_url")
    @classmethod
    def _readable_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        url = re.sub(r"^(postgres(?:ql)?)\+\w+://", r"\1://", value.get_secret_value())
        try:
            parts = conninfo_to_dict(url)
        except ProgrammingError:  # its text can hold the password
            raise ValueError(
                "is not a connection string like postgresql://user@host:5432/name"
            ) from None
        if "@" in str(parts.get("host", "")):  # the part before the @ belongs to the password
            raise ValueError("has an @ in its password: write %40")
        return SecretStr(url)

    @field_validator("s3_bucket_name")
    @classmethod
    def _readable_bucket(cls, value: str | None) -> str | None:
        if value is None or value.startswith("file:///") or _BUCKET.fullmatch(value):
            return value
        raise ValueError("is neither the name of a bucket nor file:/// with an absolute path")

    @field_validator("rawcore_contracts")
    @classmethod
    def _folder_of_contracts(cls, value: Path) -> Path:
        if value.is_dir() or value == cls.model_fields["rawcore_contracts"].default:
            return value  # a driver needs no contracts, but a folder that is named has to exist
        raise ValueError("is not a folder")

    @property
    def url(self) -> str:
        """DATABASE_URL. Raises BadSettings if it is not set; the command line has set it."""
        if self.database_url is None:
            raise BadSettings(count=1, faults="DATABASE_URL is not set")
        return self.database_url.get_secret_value()

    def at(self, url: str) -> Self:
        """Return the same settings with another DATABASE_URL."""
        return self.model_copy(update={"database_url": SecretStr(url)})

    @property
    def bucket(self) -> str:
        """The bucket; load_settings() refuses a command that needs a bucket and has none."""
        return self.s3_bucket_name or ""


def load_settings(needs_store: bool = False, **given: object) -> Settings:
    """Read the settings; options in `given` that are not None override them. Raises BadSettings.

    boto3 reads the AWS_ variables from the environment only, so those in `.env` are copied there.
    """
    _export_aws()
    options = {name: value for name, value in given.items() if value is not None}
    faults: list[str] = []
    settings = None
    try:
        settings = Settings(**options)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = [f"{_name(one['loc'])} {_problem(one['msg'])}" for one in error.errors()]
    if needs_store and (settings is None or settings.s3_bucket_name is None):
        named = any(fault.startswith("S3_BUCKET_NAME") for fault in faults)
        if not named and not _is_set("S3_BUCKET_NAME"):
            faults.append("S3_BUCKET_NAME is not set: name the bucket, or file:///path")
    faults += [
        f"{name} is replaced by a profile of ~/.aws/config: give it role_arn, external_id and"
        " source_profile or credential_source, name it in AWS_PROFILE, unset AWS_ACCESS_KEY_ID"
        for name in _REPLACED
        if _is_set(name)
    ]
    if faults or settings is None:
        raise BadSettings(count=len(faults), faults="; ".join(faults))
    return settings


def _name(location: tuple[int | str, ...]) -> str:
    return str(location[0]).upper() if location else "settings"


def _problem(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text if text.startswith("is ") else text[:1].lower() + text[1:]


def _dotenv() -> dict[str, str]:
    if not ENV_FILE.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(ENV_FILE).items() if value}


def _is_set(name: str) -> bool:
    return bool(os.environ.get(name) or _dotenv().get(name))


def _export_aws() -> None:
    for name, value in _dotenv().items():
        if name.startswith("AWS_"):
            os.environ.setdefault(name, value)
