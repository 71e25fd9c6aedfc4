"""What holds for all tests: Hypothesis' settings, and which tests wait for CI."""

from __future__ import annotations

import os
from collections import defaultdict

from hypothesis import settings

# Never a deadline, since compiled code is slow once and then fast; in CI more examples, the same ones every time.
settings.register_profile("here", deadline=None, max_examples=15)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


MOST_CASES = 2  # of a test with many cases, that run outside CI
WHOLE = "tests/house/"  # where every case is a file of the package, and quick


def pytest_collection_modifyitems(config, items):
    """Leave to CI what takes long, unless markers are chosen with ``-m`` or the tests are named one by one.

    These are slow tests, tests in a browser, and most cases of a test that has many: a few, evenly spaced, stay.
    """
    named = any("::" in argument for argument in config.args)
    if os.environ.get("CI") or config.option.markexpr or named:
        return
    left_out = {item for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    cases = defaultdict(list)
    for item in items:
        if item not in left_out and not item.nodeid.startswith(WHOLE):
            cases[item.nodeid.split("[")[0]].append(item)
    for each in cases.values():
        kept = {round(place * (len(each) - 1) / (MOST_CASES - 1)) for place in range(MOST_CASES)}
        left_out |= {item for place, item in enumerate(each) if len(each) > MOST_CASES and place not in kept}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
