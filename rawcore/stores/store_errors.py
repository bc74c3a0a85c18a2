# ruff: noqa: D205, D415, N818 -- a docstring is a message; a name states a fact
"""Errors of the stores: class, whether a retry can help, and remedy."""

from __future__ import annotations

from rawcore.errors import RawcoreError


class StoreError(RawcoreError):
    """{problem}"""


class StoreUnreachable(StoreError):
    """No answer from {endpoint} ({problem}): check the network, AWS_ENDPOINT_URL_S3 and
    AWS_REGION.
    """

    error_class = "connection"
    retryable = True
    exit_code = 3


class BucketMissing(StoreError):
    """There is no bucket {bucket} at {endpoint}: check S3_BUCKET_NAME and AWS_REGION."""

    error_class = "not_found"
    ends_run = True
    exit_code = 2


class FolderMissing(StoreError):
    """There is no folder {folder}: check S3_BUCKET_NAME."""

    error_class = "not_found"
    ends_run = True
    exit_code = 2


class CredentialsWrong(StoreError):
    """{endpoint} does not accept the credentials ({code}): check the AWS_ variables or the
    profile.
    """

    error_class = "permission"
    ends_run = True
    exit_code = 2


class RoleRefused(StoreError):
    """The role cannot be assumed ({code}): check RAWCORE_S3_ROLE, RAWCORE_S3_EXTERNAL_ID and whom
    the role trusts.
    """

    error_class = "permission"
    ends_run = True
    exit_code = 2


class RegionWrong(StoreError):
    """Bucket {bucket} is not in this region ({code}): set AWS_REGION to the one it is in."""

    error_class = "not_found"
    ends_run = True
    exit_code = 2


class AccessDenied(StoreError):
    """Access denied to {what}: the role needs s3:ListBucket on the bucket, s3:GetObject and
    s3:GetObjectVersion on its objects.
    """

    error_class = "permission"
    exit_code = 2


class ObjectMissing(StoreError):
    """{key} was deleted after it was listed: the next run lists again."""

    error_class = "not_found"


class OtherBucket(StoreError):
    """The file is in {bucket}, and this run reads {here}: set S3_BUCKET_NAME and load it again."""

    error_class = "not_found"
    ends_run = True


class ObjectChanged(StoreError):
    """{key} changed after it was listed: the next run loads the new version."""

    error_class = "integrity"


class RateLimited(StoreError):
    """The store asks to slow down ({code})."""

    error_class = "rate_limited"
    retryable = True
    exit_code = 3


class BodyBroken(StoreError):
    """The body of {key} broke off after {received} bytes of {expected} ({problem})."""

    error_class = "connection"
    retryable = True


class SizeDiffers(StoreError):
    """{key} has {received} bytes instead of {expected}."""

    error_class = "integrity"
    retryable = True


class ChecksumDiffers(StoreError):
    """The bytes of {key} do not match the checksum or etag that the store gives."""

    error_class = "integrity"
    retryable = True


class StoreRefused(StoreError):
    """The store answered {code} (HTTP {status}) to {operation}."""


class StoreFault(StoreRefused):
    """The store answered {code} (HTTP {status}) to {operation}."""

    error_class = "connection"
    retryable = True
    exit_code = 3


_CREDENTIALS = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "InvalidClientTokenId",
    "TokenRefreshRequired",
    "RequestTimeTooSkewed",
    "AuthFailure",
    "UnrecognizedClientException",
}
_NO_CREDENTIALS = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "CredentialRetrievalError",
    "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
    "SSOTokenLoadError",
    "InvalidConfigError",
}
_SLOW = {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests"}
_ELSEWHERE = {"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed"}


def as_store_error(
    error: Exception, operation: str, bucket: str, key: str, endpoint: str
) -> RawcoreError:
    """Turn an exception of boto3 or of the file system into a StoreError."""
    if isinstance(error, RawcoreError):
        return error
    if isinstance(error, OSError):
        return _of_folder(error, bucket, key, endpoint)
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        if error.operation_name == "AssumeRole" and code not in _SLOW:
            return RoleRefused(code=code)
        return _of_answer(error.response, operation, bucket, key, endpoint)
    name = type(error).__name__
    if name in _NO_CREDENTIALS:
        return CredentialsWrong(endpoint=endpoint, code=name)
    if name == "FlexibleChecksumError":
        return ChecksumDiffers(key=key)
    if name == "NoRegionError":
        return RegionWrong(bucket=bucket, code=name)
    if name in ("IncompleteReadError", "ResponseStreamingError", "ProtocolError"):
        return BodyBroken(key=key, received="some", expected="all", problem=name)
    return StoreUnreachable(endpoint=endpoint, problem=name)


def _of_answer(
    answer: object, operation: str, bucket: str, key: str, endpoint: str
) -> RawcoreError:
    facts = answer if isinstance(answer, dict) else {}
    code = str(facts.get("Error", {}).get("Code", ""))
    status = int(facts.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _CREDENTIALS or status == 401:
        return CredentialsWrong(endpoint=endpoint, code=code)
    if code in _SLOW or status in (429, 503):
        return RateLimited(code=code or status)
    if code in _ELSEWHERE or status in (301, 307):
        return RegionWrong(bucket=bucket, code=code or status)
    if code == "PreconditionFailed" or status == 412:
        return ObjectChanged(key=key)
    if code == "NoSuchBucket" or (status == 404 and not key):
        return BucketMissing(bucket=bucket, endpoint=endpoint)
    if status == 404:
        return ObjectMissing(key=key)
    if code in ("AccessDenied", "AllAccessDisabled") or status == 403:
        return AccessDenied(what=f"{bucket}/{key}" if key else f"bucket {bucket}")
    if code in ("RequestTimeout", "InternalError") or status >= 500:
        return StoreFault(code=code, status=status, operation=operation)
    return StoreRefused(code=code, status=status, operation=operation)


def _of_folder(error: OSError, bucket: str, key: str, endpoint: str) -> RawcoreError:
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return ObjectMissing(key=key)
    if isinstance(error, PermissionError):
        return AccessDenied(what=f"{bucket}/{key}")
    return StoreUnreachable(endpoint=endpoint, problem=type(error).__name__)
