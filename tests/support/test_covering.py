"""The selection misses no pair and is much smaller than the product."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from support.covering import cases, covering


def pairs(rows):
    """Every two values that meet in a row, with the places of both."""
    return {pair for row in rows for pair in combinations(enumerate(row), 2)}


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_every_pair_of_values_occurs(sizes):
    rows = list(product(*map(range, sizes)))
    chosen = covering(rows)
    assert pairs(chosen) == pairs(rows)
    assert {(place, value) for row in chosen for place, value in enumerate(row)} == {
        (place, value) for place, size in enumerate(sizes) for value in range(size)
    }
    assert chosen == [row for row in rows if row in chosen]


@given(kept=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), min_size=1))
def test_pairs_that_are_left_out_of_the_rows_are_not_missed(kept):
    assert pairs(covering(kept)) == pairs(kept)


def test_a_tuple_counts_as_several_factors():
    rows = list(product(product(range(5), range(6)), range(2)))
    assert pairs((*pair, last) for pair, last in covering(rows)) == pairs((*pair, last) for pair, last in rows)


def test_a_selection_is_small():
    assert len(covering(product(range(5), range(6), range(7), range(2)))) < 50  # of 420; 42 are the least


def test_what_lies_beyond_the_selection_is_slow():
    rows = list(product("abc", "de", range(4)))
    given = cases(rows)
    assert [each.values for each in given] == rows
    assert [each.values for each in given if not each.marks] == covering(rows)
    assert {mark.name for each in given for mark in each.marks} == {"slow"}
