"""Products of factors: whole in CI, and elsewhere a selection in which every pair of their values still occurs.

Most faults need one value of one factor or two values that meet, so such a selection finds nearly all that the whole
product finds (Kuhn, Wallace, Gallo: Software Fault Interactions and Implications for Software Testing. IEEE
Transactions on Software Engineering 30, 2004).
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest


def factors_of(row):
    """Return the values of a row, one a factor; a tuple among them counts as several."""
    return [value for each in row for value in (each if isinstance(each, tuple) else (each,))]


def pairs_of(row):
    """Return every pair of a row's values with their places, and every value alone."""
    return set(combinations_with_replacement(enumerate(factors_of(row)), 2))


def covering(rows):
    """Return some of the rows, in their order: every pair of values that occurs in the rows occurs in those.

    Greedy: the next row is the one that adds the most pairs.
    """
    rows = list(rows)
    pairs = [pairs_of(row) for row in rows]
    missing = set().union(*pairs)
    chosen = []
    while missing:
        chosen.append(max(range(len(rows)), key=lambda place: len(pairs[place] & missing)))
        missing -= pairs[chosen[-1]]
    return [rows[place] for place in sorted(chosen)]


def cases(rows):
    """Return the rows for `pytest.mark.parametrize`; those beyond a covering selection are marked as slow."""
    rows = list(rows)
    selected = covering(rows)
    return [pytest.param(*row, marks=[] if row in selected else pytest.mark.slow) for row in rows]
