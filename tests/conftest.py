"""What holds for all tests: Hypothesis' settings, and which tests wait for CI."""

from __future__ import annotations

import os

from hypothesis import settings

# Never a deadline, since compiled code is slow once and then fast; in CI more examples, the same ones every time.
settings.register_profile("here", deadline=None, max_examples=20)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(config, items):
    """Leave slow tests to CI, unless markers are chosen with ``-m`` or the tests are named one by one."""
    named = any("::" in argument for argument in config.args)
    if os.environ.get("CI") or config.option.markexpr or named:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]
