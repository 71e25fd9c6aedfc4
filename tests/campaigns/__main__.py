"""Run a campaign: many trials of one promise, with damaged input.

``./dev campaign NAME`` runs a whole one; ``--count`` and ``--seed`` choose how many trials and which, and ``--only``
repeats single ones. ``--keep FOLDER`` keeps what the trials wrote. The exit code is 1 where a trial found a fault.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from importlib import import_module
from pathlib import Path

from campaigns.campaign import run

CAMPAIGNS = ("files", "models", "kills", "panel_kills")
"""Each is a module of this folder that holds a `CAMPAIGN`."""


def main() -> None:
    """Run the campaign that the command line names, and print its summary."""
    parser = argparse.ArgumentParser(
        prog="./dev campaign", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=CAMPAIGNS)
    parser.add_argument("--count", type=int, help="how many trials (as many as the campaign asks for)")
    parser.add_argument("--seed", type=int, default=0, help="which trials are drawn (0)")
    parser.add_argument("--only", type=int, nargs="+", metavar="TRIAL", help="the numbers of the trials to run")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where what the trials write is kept")
    asked = parser.parse_args()
    warnings.simplefilter("error")  # as in the tests: a warning is a fault
    campaign = import_module(f"campaigns.{asked.name}").CAMPAIGN
    trials = asked.only or range(campaign.count if asked.count is None else asked.count)
    if asked.keep is not None:
        asked.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        summary = run(campaign, trials, asked.seed, asked.keep or Path(folder), show=True)
    print(campaign.about, *summary.lines(), sep="\n")  # noqa: T201
    sys.exit(bool(summary.faults))


if __name__ == "__main__":
    main()
