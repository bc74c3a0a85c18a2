"""Shapes of files: the columns of a file, by its DateExtracted."""

from hypothesis import given
from hypothesis import strategies as st

from codegen.contract.column import Column
from codegen.contract.file_shapes import Interval, file_shapes, interval, intervals_of

DAYS = st.sampled_from([None, "2025-01-01", "2025-01-02", "2025-01-02 12:00", "2025-01-03"])
COLUMNS = st.lists(
    st.builds(
        Column,
        name=st.sampled_from("abc"),
        source=st.just("S"),
        type=st.just("text"),
        since=DAYS,
        until=DAYS,
    ),
    min_size=1,
    max_size=5,
)


def column(name: str, since: str | None = None, until: str | None = None) -> Column:
    return Column(name=name, source=name, type="text", since=since, until=until)


def test_without_intervals_there_is_one_shape() -> None:
    (shape,) = file_shapes([column("a"), column("b")])
    assert (shape.interval, [c.name for c in shape.columns]) == (Interval(), ["a", "b"])


def test_each_end_of_an_interval_begins_a_shape() -> None:
    shapes = file_shapes([column("a"), column("b", "2025-01-02", "2025-01-03 12:00")])
    assert [(s.interval.since, "".join(c.name for c in s.columns)) for s in shapes] == [
        (None, "a"),
        ("2025-01-02 00:00:00", "ab"),
        ("2025-01-03 12:00:00", "a"),
    ]


def test_intervals_that_adjoin_are_one() -> None:
    moved = [column("a", until="2025-01-02"), column("b"), column("a", since="2025-01-02")]
    assert intervals_of(moved, "a") == (Interval(),)


@given(COLUMNS, st.integers(1, 4), st.integers(0, 23))
def test_a_shape_has_the_columns_whose_interval_holds_its_time(
    columns: list[Column], day: int, hour: int
) -> None:
    time = f"2025-01-{day:02} {hour:02}:00:00"
    (shape,) = [shape for shape in file_shapes(columns) if shape.interval.holds(time)]
    assert list(shape.columns) == [c for c in columns if interval(c).holds(time)]
