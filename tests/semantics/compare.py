"""Report differences, and nothing else."""


def same(what: str, found: object, expected: object) -> None:
    """Fail with the differences, and nothing else."""
    if found == expected:
        return
    if isinstance(found, dict) and isinstance(expected, dict):
        lines = [
            f"  {key}:\n    found    {found.get(key)}\n    expected {expected.get(key)}"
            for key in {**found, **expected}
            if found.get(key) != expected.get(key) or (key in found) != (key in expected)
        ]
        raise AssertionError("\n".join([f"{what} differs:", *lines]))
    raise AssertionError(f"{what} differs:\n    found    {found}\n    expected {expected}")
