"""Write the table of feature blocks into the pages about ladders, from the blocks themselves.

.venv/bin/python docs/refresh_features.py       rewrites what stands between <!-- features --> and <!-- /features -->
"""

from __future__ import annotations

import re
from pathlib import Path

from thalweg.forecast.features.past_values import PastValues
from thalweg.forecast.features.sets import BLOCKS, KNOWN
from thalweg.messages import catalogue
from thalweg.series.calendar import EVENT, Calendar

DOCS = Path(__file__).parent
PAGES = {"ladders.md": "en", "ladders.zh.md": "zh"}
MARKS = re.compile(r"(?<=<!-- features -->\n).*?(?=<!-- /features -->)", re.DOTALL)
HEADS = {
    "en": ("block", "what it is", "columns, one day ahead", "known ahead", "seen by"),
    "zh": ("特征组", "是什么", "列数（提前一天）", "事先已知", "哪些级看到"),
}
WORDS = {
    "en": {
        "all": "every rung",
        "events": "one for each event and each day of its window",
        "back": "as many as days looked back",
        "yes": "yes",
        "no": "no",
    },
    "zh": {
        "all": "每一级",
        "events": "每个事件及其窗口的每一天各一列",
        "back": "与回看的天数相同",
        "yes": "是",
        "no": "否",
    },
}


def table(language: str) -> str:
    """Return the blocks as a Markdown table, in the order of their columns."""
    translate, words, calendar = catalogue(language), WORDS[language], Calendar()
    rows = [(f"`{PastValues.name}`", translate(f"feature.{PastValues.name}"), words["back"], words["no"], words["all"])]
    for block in BLOCKS:
        seen_by = ", ".join(f"`{known}`" for known, sees in KNOWN.items() if block.name in sees.blocks)
        made = block(calendar).names(1) if block.name != EVENT else ()
        columns = str(len(made)) if made else words["events"]
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
