"""Core is a function of the counting files: the engine against the model, on random feeds."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.semantics.machine import Shop
from tests.semantics.warehouse import Warehouse

PARTS = 4
"""How many tests share the examples, so that workers can."""


def examine(warehouse: Warehouse, examples: int, steps: int) -> None:
    Shop.warehouse = warehouse
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_core_is_a_function_of_the_counting_files(warehouse: Warehouse, part: int) -> None:
    examine(warehouse, 200 // PARTS, 7)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_core_is_a_function_of_the_counting_files_at_length(
    warehouse: Warehouse, part: int
) -> None:
    examine(warehouse, 5000 // PARTS, 12)
