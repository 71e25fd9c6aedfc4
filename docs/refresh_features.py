"""Write the table of feature blocks into the pages about ladders, from the blocks themselves.

.venv/bin/python docs/refresh_features.py       rewrites what stands between <!-- features --> and <!-- /features -->
"""

from __future__ import annotations

import re
from pathlib import Path

from thalweg.forecast.features.past_values import PastValues
from thalweg.forecast.features.sets import BLOCKS, covariates
from thalweg.messages import catalogue
from thalweg.series.calendar import COLUMN, EVENT, Calendar
from thalweg.series.frequency.usual import TOLD
from thalweg.series.frequency.words import words_of

DOCS = Path(__file__).parent
PAGES = {"ladders.md": "en", "ladders.zh.md": "zh"}
MARKS = re.compile(r"(?<=<!-- features -->\n).*?(?=<!-- /features -->)", re.DOTALL)
HEADS = {
    "en": ("block", "what it is", "columns, one step ahead", "known ahead", "seen by"),
    "zh": ("特征组", "是什么", "列数（提前一步）", "事先已知", "哪些级看到"),
}
# What a user gives, and how many columns come of it, by the name of the block.
GIVEN = {EVENT: "events", COLUMN: "a_column", "column_changes": "two_columns", "past_columns": "two_columns"}
WORDS = {
    "en": {
        "all": "every rung",
        "events": "one for each event and each day of its window",
        "a_column": "one for each column given",
        "two_columns": "two for each column given",
        "back": "as many as looked back",
        "yes": "yes",
        "no": "no",
    },
    "zh": {
        "all": "每一级",
        "events": "每个事件及其窗口的每一天各一列",
        "a_column": "每个给出的列一列",
        "two_columns": "每个给出的列两列",
        "back": "与回看的步数相同",
        "yes": "是",
        "no": "否",
    },
}


def table(language: str) -> str:
    """Return the blocks as a Markdown table, in the order of their columns."""
    translate, words = catalogue(language), WORDS[language]
    rows = [(f"`{PastValues.name}`", translate(f"feature.{PastValues.name}"), words["back"], words["no"], words["all"])]
    for block in BLOCKS:
        seen = {
            frequency: [known for known in frequency.known if block.name in covariates(known, frequency).blocks]
            for frequency in TOLD
        }
        seen_by = "; ".join(
            f"{translate(words_of(frequency)['times'])}: {', '.join(f'`{known}`' for known in by)}"
            for frequency, by in seen.items()
            if by
        )
        first = next(frequency for frequency, by in seen.items() if by)
        calendar = Calendar(frequency=first)
        given = GIVEN.get(block.name, "")
        columns = words[given] if given else str(len(block(calendar).names(1)))
        known_ahead = words["yes" if block.known_ahead else "no"]
        rows.append((f"`{block.name}`", block.about(language), columns, known_ahead, seen_by))
    lines = [HEADS[language], tuple("---" for _ in HEADS[language]), *rows]
    return "\n" + "".join("| " + " | ".join(line) + " |\n" for line in lines) + "\n"


def refreshed(text: str, language: str) -> str:
    """Return a page with its table made anew."""
    return MARKS.sub(lambda _: table(language), text)


def main() -> None:
    """Rewrite the pages."""
    for name, language in PAGES.items():
        file = DOCS / name
        file.write_text(refreshed(file.read_text("utf-8"), language), "utf-8")


if __name__ == "__main__":
    main()
