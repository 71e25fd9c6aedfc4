"""Write the tables of options into the pages, from the declarations: those of commands, of pictures and of Python.

.venv/bin/python docs/refresh_options.py        rewrites what stands between <!-- options … --> and <!-- /options -->
"""

from __future__ import annotations

import math
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.main

from thalweg.cli.app import app
from thalweg.cli.predict import PredictOptions
from thalweg.cli.sample import SampleOptions
from thalweg.cli.update import UpdateOptions
from thalweg.forecast.anomalies.options import AnomalyOptions
from thalweg.forecast.evaluation.options import BacktestOptions
from thalweg.forecast.options import FitOptions, LadderName
from thalweg.messages import catalogue
from thalweg.options import Day, Kind, Moment, Number, Numbers, Options, Switch, WholeNumber, WholeNumbers
from thalweg.pictures.registry import views_of
from thalweg.series.read.options import PanelOptions, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DOCS = Path(__file__).parent
PAGES = {
    "commands.md": "en",
    "commands.zh.md": "zh",
    "python.md": "en",
    "python.zh.md": "zh",
    "api/thalweg.md": "en",
}
MARKS = re.compile(r"(?<=<!-- options )(.+?)( -->\n).*?(?=<!-- /options -->)", re.DOTALL)
RECORDS: dict[str, tuple[type[Options], ...]] = {
    "forecast": (ReadOptions, FitOptions),
    "predict": (PredictOptions, ReadOptions),
    "update": (UpdateOptions, ReadOptions),
    "sample": (SampleOptions,),
    "look": (ReadOptions,),
    "backtest": (ReadOptions, BacktestOptions),
    "anomalies": (ReadOptions, AnomalyOptions),
    "thalweg.anomalies": (AnomalyOptions,),
    "thalweg.backtest": (BacktestOptions,),  # in Python a series is read beforehand
    "fit": (FitOptions,),
    "read": (ReadOptions,),
    "read_panel": (PanelOptions,),
}
WORDS = {
    "en": {
        "head": ("option", "takes", "default", "meaning"),
        "views": "views",
        "whole": "a whole number",
        "number": "a number",
        "above": "{what}{unit} above {least}",
        "between": "{what}{unit} from {least} to {most}",
        "from": "{what}{unit}, {least} or more",
        "several": "up to {count} whole numbers from {least} to {most}",
        "some": "up to {count} numbers above {least} and below {most}",
        "or_word": "{what}, or the word `{word}`",
        "day": "a day, such as `2025-01-09`",
        "moment": "a day, or a moment such as `2025-01-09 14:00`",
        "unit": " of {unit}",
        "comma": ", ",
        "switch": "–",
        "yes_no": "`True` or `False`",
    },
    "zh": {
        "head": ("选项", "取值", "默认", "含义"),
        "views": "视图",
        "whole": "整数",
        "number": "数",
        "above": "大于 {least} 的{what}{unit}",
        "between": "{least} 到 {most} 的{what}{unit}",
        "from": "{least} 或更大的{what}{unit}",
        "several": "最多 {count} 个 {least} 到 {most} 的整数",
        "some": "最多 {count} 个大于 {least} 且小于 {most} 的数",
        "or_word": "{what}，或单词 `{word}`",
        "day": "日期，例如 `2025-01-09`",
        "moment": "日期，或时刻，例如 `2025-01-09 14:00`",
        "unit": "（{unit}）",
        "comma": "、",
        "switch": "–",
        "yes_no": "`True` 或 `False`",
    },
}


def takes(kind: Kind, language: str, *, command: bool) -> str:  # noqa: PLR0911 - a line for each kind
    """Return what an option takes, in words."""
    words = WORDS[language]
    match kind:
        case WholeNumber() | Number():
            return _takes_number(kind, language)
        case WholeNumbers():
            several = words["several"].format(count=kind.count, least=f"{kind.least:,}", most=f"{kind.most:,}")
            return words["or_word"].format(what=several, word=kind.all_word) if kind.all_word else several
        case Numbers():
            return words["some"].format(count=kind.count, least=f"{kind.least:g}", most=f"{kind.most:g}")
        case Moment():
            return words["moment"]
        case Day():
            return words["day"]
        case Switch():
            return words["switch"] if command else words["yes_no"]
        case LadderName():
            return words["comma"].join([*map("`{}`".format, kind.choices), "`FILE.toml`"])
        case _:
            return words["comma"].join(map("`{}`".format, kind.choices or (kind.metavar,)))


def _limit(limit: float) -> str:
    return f"{limit:,.0f}" if limit == round(limit, 0) else f"{limit:g}"


def _takes_number(kind: WholeNumber | Number, language: str) -> str:
    words = WORDS[language]
    limits = {
        "what": words["whole" if isinstance(kind, WholeNumber) else "number"],
        "unit": words["unit"].format(unit=catalogue(language)(f"option.unit.{kind.unit}").strip()) if kind.unit else "",
        "least": _limit(kind.least),
        "most": _limit(kind.most),
    }
    if math.isinf(kind.least):
        return limits["what"]
    if isinstance(kind, Number) and kind.exclusive:
        return words["above"].format(**limits)
    return words["from" if math.isinf(kind.most) else "between"].format(**limits)


def default_of(declared: Any, language: str) -> str:  # noqa: ANN401 - see `thalweg.options.Declared`
    """Return the default as a user writes it; one that follows the series as words."""
    if declared.usual is not None:
        return declared.usual.told(language)
    return f"`{declared.default_text}`" if declared.default_text else "–"


def of_records(records: Iterable[type[Options]], language: str, *, command: bool) -> list[tuple[str, ...]]:
    """Return a row for each option of some records."""
    return [
        (
            "`--{}`".format(each.name.replace("_", "-")) if command else f"`{each.name}`",
            takes(each.kind, language, command=command),
            default_of(each, language),
            record.help(each.name, language, command=command),
        )
        for record in records
        for each in record.declared()
    ]


def of_flags(command: Any, told: Iterable[str], language: str) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - Typer's
    """Yield a row for each option that a command has beside those told."""
    for option in command.params:
        name = option.opts[0]
        if not name.startswith("--") or name in told or name == "--help":
            continue
        words = (option.metavar or "").strip("[]").split("|")
        values = WORDS[language]["comma"].join(f"`{word}`" for word in words if word) or WORDS[language]["switch"]
        default = f"`{option.default}`" if option.default not in (None, False) else "–"
        yield f"`{name}`", values, default, option.help


def of_command(name: str, language: str) -> list[tuple[str, ...]]:
    """Return the rows of a command; those of `look` are what all pictures share."""
    rows = of_records(RECORDS[name], language, command=True)
    group = typer.main.get_command(app(language))
    command, told = group.commands[name], {row[0].strip("`") for row in rows}
    if name == "look":
        command = command.get_command(None, "error")
        told |= {row[0].strip("`") for row in of_records(views_of("error").values(), language, command=True)}
    return [*rows, *of_flags(command, told, language)]


def of_picture(name: str, language: str) -> list[tuple[str, ...]]:
    """Return the rows of a picture: an option of several views has one row, and one more for each other default."""
    views = views_of(name)
    rows = [(row, view) for view, record in views.items() for row in of_records((record,), language, command=True)]
    order = list(dict.fromkeys(row[0] for row, _ in rows))
    rows.sort(key=lambda pair: (order.index(pair[0][0]), pair[0][2]))
    if "" in views:
        return [row for row, _ in rows]
    comma = WORDS[language]["comma"]
    return [(*row, comma.join(view for _, view in group)) for row, group in groupby(rows, key=lambda pair: pair[0])]


def listed_views(name: str, language: str) -> str:
    """Return the views of a picture as a Markdown list; nothing where it has only one."""
    translate = catalogue(language, command=True)
    colon = "：" if language == "zh" else ": "
    views = [view for view in views_of(name) if view]
    return "".join(f"- `{view}`{colon}{translate(f'look.{name}.view.{view}')}\n" for view in views)


def table(rows: list[tuple[str, ...]], language: str) -> str:
    """Return rows as a Markdown table."""
    head = WORDS[language]["head"] + (
        (WORDS[language]["views"],) if len(rows[0]) > len(WORDS[language]["head"]) else ()
    )
    lines = [head, tuple("-" * 3 for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def refreshed(text: str, language: str) -> str:
    """Return a page with its tables made anew."""

    def made(mark: re.Match[str]) -> str:
        kind, _, name = mark[1].partition(" ")
        views = ""
        if kind == "python":
            rows = of_records(RECORDS[name], language, command=False)
        elif name:
            rows, views = of_picture(name, language), listed_views(name, language)
        else:
            rows = of_command(kind, language)
        return f"{mark[1]}{mark[2]}\n{views}{views and chr(10)}{table(rows, language)}\n"

    return MARKS.sub(made, text)


def main() -> None:
    """Rewrite the pages."""
    for name, language in PAGES.items():
        file = DOCS / name
        file.write_text(refreshed(file.read_text("utf-8"), language), "utf-8")


if __name__ == "__main__":
    main()
