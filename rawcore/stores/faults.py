"""What goes wrong at a store, as an error of ours: its class, and whether a retry can help."""

from __future__ import annotations

from rawcore.errors import (
    AccessDenied,
    BodyBroken,
    BucketMissing,
    ChecksumDiffers,
    CredentialsWrong,
    ObjectChanged,
    ObjectMissing,
    RateLimited,
    RawcoreError,
    RegionWrong,
    RoleRefused,
    StoreFault,
    StoreRefused,
    StoreUnreachable,
)

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
