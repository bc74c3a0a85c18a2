"""The S3 client of boto3, configured by the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from rawcore.settings import Settings

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_s3 import S3Client


def make_client(settings: Settings, attempts: int) -> S3Client:
    """Return a client that threads may share, without a request to S3 yet."""
    import boto3
    from botocore.config import Config

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    path_style = settings.rawcore_s3_path_style
    if path_style is None:
        path_style = bool(endpoint)
    # With an endpoint boto3 puts the bucket into the path by default.
    style: Literal["path", "virtual", "auto"] = "virtual" if endpoint else "auto"
    config = Config(
        connect_timeout=settings.rawcore_s3_connect_timeout,
        read_timeout=settings.rawcore_s3_timeout,
        max_pool_connections=settings.rawcore_jobs + 2,
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        s3={"addressing_style": "path" if path_style else style},
        request_checksum_calculation="when_required",
        response_checksum_validation=settings.rawcore_s3_checksums,
        user_agent_extra="rawcore",
    )
    session = _assuming(settings) if settings.rawcore_s3_role else None
    return boto3.session.Session(botocore_session=session, region_name=_region()).client(
        "s3", config=config
    )


def _region() -> str | None:
    """Return AWS_REGION, which other SDKs read and boto3 does not; None: what boto3 finds."""
    return os.environ.get("AWS_REGION") or None


def _assuming(settings: Settings) -> Session:
    """Return a session with the credentials of the role; they are renewed before they expire."""
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.exceptions import NoCredentialsError
    from botocore.session import Session

    ours, theirs = Session(), Session()
    if region := _region():
        ours.set_config_variable("region", region)
    source = ours.get_credentials()
    if source is None:
        raise NoCredentialsError
    extra: dict[str, Any] = {"RoleSessionName": "rawcore"}
    if settings.rawcore_s3_external_id:
        extra["ExternalId"] = settings.rawcore_s3_external_id.get_secret_value()
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=ours.create_client,
        source_credentials=source,
        role_arn=settings.rawcore_s3_role or "",
        extra_args=extra,
    )

    class Role(CredentialProvider):
        METHOD = CANONICAL_NAME = "assume-role"

        def load(self) -> DeferredRefreshableCredentials:
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    theirs.register_component("credential_provider", CredentialResolver([Role()]))
    return theirs
