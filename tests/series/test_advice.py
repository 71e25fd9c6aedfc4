"""Whoever follows the advice of a refusal succeeds: for every refusal of a file there is a way to follow it."""

from __future__ import annotations

import re

import pytest

from support.refusals import DAYS, FILES, rows
from thalweg import InputError, read
from thalweg.messages import Argument


def text_of(content):
    return content if isinstance(content, str) else content.decode("utf-8", "replace")


def giving(*names):
    """Follow the advice by giving the arguments of these names, as the error writes them."""

    def mend(content, options, values):
        given = [each for each in arguments(values) if each.name in names]
        assert given, "the error names no such argument"
        return content, options | {each.name: each.value for each in given}

    return mend


def arguments(values):
    for value in values.values():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(each, Argument):
                yield each


def without(*names):
    """Follow the advice by leaving out these options."""
    return lambda content, options, _: (content, {name: value for name, value in options.items() if name not in names})


def options_of(**given):
    """Follow the advice with options that the user knows: how dates are written, which column it is."""
    return lambda content, options, _: (content, options | given)


def text(change):
    """Follow the advice by changing the file's text."""
    return lambda content, options, values: (change(text_of(content), values), options)


def replaced(old, new):
    return text(lambda content, _: content.replace(old, new))


def file(content):
    """Follow the advice by giving another file."""
    return lambda _, options, __: (content, options)


def saved(content, options, _):
    """Follow the advice to save the file as CSV in UTF-8."""
    return content.decode("cp1250", "replace"), options


def row_number(values):
    row = values["row"]
    return row if isinstance(row, int) else row.values["row"]


def without_row(content, values):
    """Delete the row that the error names, as a spreadsheet counts rows."""
    lines = content.splitlines()
    del lines[row_number(values) - 1]
    return "\n".join(lines)


def with_row(change):
    """Change the row that the error names."""

    def changed(content, values):
        lines = content.splitlines()
        at = row_number(values) - 1
        lines[at] = change(lines[at])
        return "\n".join(lines)

    return text(changed)


def days_before_change(content, values):
    head, *lines = content.splitlines()
    return "\n".join([head, *(line for line in lines if line.split(",")[0] >= str(values["date"]))])


def days_before(content, values):
    head, *lines = content.splitlines()
    return "\n".join([head, *(line for line in lines if line.split(",")[0] >= str(values["after"]))])


def sorted_as_iso(content, _):
    """Write all dates as year-month-day, each the day after the one before."""
    head, *lines = content.splitlines()
    return "\n".join([head, *(f"{day},{line.split(',')[1]}" for day, line in zip(DAYS, lines, strict=True))])


WHOLE = file(rows())
ADVICE = {
    "read.empty_file": WHOLE,
    "read.bad_wide": WHOLE,
    "read.binary": WHOLE,
    "read.cut_letter": WHOLE,
    "read.bad_gzip": WHOLE,
    "read.bad_json": file('[{"date": "2021-01-01", "value": 12}, {"date": "2021-01-02", "value": 13}]'),
    "read.not_utf_8": file(rows("2021-03-01,5")),
    "read.encoding_in_doubt": saved,
    "read.cell_too_long": text(lambda content, _: rows(f'2021-03-01,"{content.count("x")}"')),
    "read.one_column_of_text": WHOLE,
    "read.short_header": lambda content, options, _: (
        content.replace("views", "views,likes"),
        options | {"value": "views"},
    ),
    "read.header_only": WHOLE,
    "read.ragged": with_row(lambda row: row.removesuffix(",2")),
    "read.quote_unclosed": with_row(lambda row: row + '"'),
    "read.quote_inside": with_row(lambda row: row.replace('"1"2', "12")),
    "read.bad_format": options_of(date_format="%Y-%m-%d"),
    "read.same_column": options_of(value="views"),
    "read.no_column": options_of(value="views"),
    "read.no_column_but_near": giving("value"),
    "read.no_dates": WHOLE,
    "read.no_dates_of_format": options_of(date_format="%Y-%m-%d"),
    "read.no_dates_of_format_without_codes": options_of(date_format="%Y-%m-%d"),
    "read.several_dates": lambda content, options, values: giving("date")(
        re.sub(r"(?m)^(\S+?),2021-01-01,", r"\1,\1,", content), options, values
    ),
    "read.not_dates": without("date"),
    "read.no_numbers": WHOLE,
    "read.numbers_with_units": replaced(" km", ""),
    "read.several_numbers": giving("value"),
    "read.no_dated_values": file(rows(form="%d/%m/%Y")),
    "read.no_date": text(without_row),
    "read.fits_no_cell": options_of(date_format="%Y-%m-%d"),
    "read.fits_no_cell_without_codes": options_of(date_format="%Y-%m-%d"),
    "read.unlike_the_others": with_row(lambda row: row.replace("soon", "2021-02-10")),
    "read.unlike_the_others_in_both_orders": with_row(lambda row: row.replace("25/02/2021", "02/25/2021")),
    "read.order_undecided": giving("date_format"),
    "read.order_undecided_of_three": giving("date_format"),
    "read.day_and_month_exchanged": text(sorted_as_iso),
    "read.infinite": with_row(lambda row: row.replace("inf", "")),
    "read.not_a_number": with_row(lambda row: row.replace("few", "")),
    "read.not_numbers": text(lambda content, _: re.sub("few|many", "", content)),
    "read.too_large": with_row(lambda row: row.replace("1e300", "")),
    "read.mark_undecided": giving("thousands"),
    "read.same_mark": without("thousands"),
    "read.other_mark": giving("decimal"),
    "read.sign_differs": with_row(lambda row: row.replace(",5", ",$5")),
    "read.all_after_today": without("today"),
    "read.not_served": WHOLE,
    "read.no_time": text(lambda content, _: content.replace("2024-02-02 25", "2024-02-02 23")),
    "read.offsets_differ": text(lambda content, _: re.sub(r"\n.*\+08:00.*", "", content)),
    "read.too_fine": giving("freq", "duplicates"),
    "read.irregular": giving("freq", "duplicates"),
    "read.two_in_one": text(lambda content, _: re.sub(r"\n2017-05-20.*", "", content)),
    "read.rhythm_changes": giving("until"),
    "read.other_weekdays": text(days_before_change),
    "read.other_month": text(lambda content, _: re.sub(r"\n2017-05-01.*", "", content)),
    "read.days_move": text(lambda content, _: re.sub(r"(\d{4}-\d{2})-\d{2}", r"\1", content)),
    "read.freq_differs": giving("freq"),
    "read.freq_of_days_differs": giving("duplicates"),
    "read.scattered": WHOLE,
    "read.scattered_before": text(days_before),
    "read.scattered_after": giving("until"),
    "read.all_after_until": options_of(until="2021-01-20"),
    "read.all_before_since": options_of(since="2021-01-20"),
    "read.one_total": file("date,views\n2021-01-01,5\n2021-01-02,7\n2021-01-03,12\n"),
    "read.hours_apart": giving("duplicates"),
    "read.many_series": giving("duplicates"),
    "read.rows_differ": giving("duplicates"),
    "read.rows_differ_often": giving("duplicates"),
    "read.all_missing": WHOLE,
    "read.one_day": WHOLE,
    "read.all_equal": lambda *_: (rows(header="date,views,likes", value="7,{i}"), {"value": "likes"}),
}


def test_every_refusal_of_a_file_is_followed():
    assert ADVICE.keys() == FILES.keys()


@pytest.mark.parametrize("key", FILES)
def test_who_follows_the_advice_succeeds(key, tmp_path):
    content, options = FILES[key]
    path = tmp_path / "views.csv"

    def read_it(content, options):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, **options)

    with pytest.raises(InputError) as refused:
        read_it(content, options)
    assert refused.value.message.key == f"error.{key}"
    series = read_it(*ADVICE[key](content, options, refused.value.message.values))
    assert series.observed.any()
    assert len(series) >= (1 if "goes_on" in options else 2)
