"""What a bench ran on: without it no figure means anything."""

from __future__ import annotations

import datetime as dt
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("thalweg", "numpy", "scipy", "numba", "duckdb", "torch", "jax", "scikit-learn")


def processor() -> str:
    """Return the processor's name, as the system tells it."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory_gigabytes() -> float:
    """Return how much memory the machine has, NaN where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return float("nan")


def describe() -> str:
    """Tell in one line when and on what something is measured, with which versions, and how busy the machine is."""
    versions: list[str] = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"{package} not installed")
    load = f", load average before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC; {processor()}, {os.cpu_count()} cores, "
        f"{memory_gigabytes():.0f} GB, {platform.system()}{load}; Python {platform.python_version()}, "
        f"{', '.join(versions)}"
    )
