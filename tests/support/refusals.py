"""Files that are refused: one for each refusal that a file can have."""

from __future__ import annotations

import datetime as dt
import gzip

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(40)]


def rows(*changed, header="date,views", form="%Y-%m-%d", value="{i}"):
    """Return a file of daily values, then the rows `changed`."""
    lines = [f"{day.strftime(form)},{value.format(i=i)}" for i, day in enumerate(DAYS)]
    return "\n".join([header, *lines, *changed]) + "\n"


def at(*dates):
    """Return a file of values at these dates or moments."""
    return "\n".join(["when,load", *(f"{date},{i * 37 % 101}" for i, date in enumerate(dates))]) + "\n"


def after(first, count, **step):
    """Return so many moments, a step apart, as text."""
    start = dt.datetime.fromisoformat(first)
    return [str(start + i * dt.timedelta(**step)) for i in range(count)]


HOURS = after("2024-01-01", 400, hours=1)
WEEKS = [str(dt.date(2020, 1, 6) + dt.timedelta(weeks=i)) for i in range(60)]
MONTHS = [str(dt.date(2015 + i // 12, i % 12 + 1, 1)) for i in range(60)]

# By the key: what the file holds, and the options with which it is read.
FILES = {
    "read.empty_file": (b"", {}),
    "read.bad_wide": (rows().encode("utf-16")[:-1], {}),
    "read.binary": (b"PK\x03\x04", {}),
    "read.cut_letter": (rows(header="date,visits é").encode()[:-1] + "é".encode()[:1], {}),
    "read.bad_gzip": (gzip.compress(rows().encode())[:-9], {}),
    "read.bad_json": ('{"data": [{"date": "2021-01-01", "views": 1}]}', {}),
    "read.not_utf_8": (rows().encode() + b"2021-03-01,\x81\x8d\xff", {}),
    "read.encoding_in_doubt": (rows(header="den,Prodej kusů").encode("cp1250"), {}),
    "read.cell_too_long": ('"' + "x" * 200_000, {}),
    "read.one_column_of_text": ("views\n1\n2\n", {}),
    "read.short_header": (rows(value="{i},1"), {}),
    "read.header_only": ("date,views\n", {}),
    "read.ragged": (rows("2021-03-01,1,2"), {}),
    "read.quote_unclosed": (rows('2021-03-01,"1'), {}),
    "read.quote_inside": (rows('2021-03-01,"1"2'), {}),
    "read.bad_format": (rows(), {"date_format": "%Q"}),
    "read.same_column": (rows(), {"date": "date", "value": "date"}),
    "read.no_column": (rows(), {"value": "profit"}),
    "read.no_column_but_near": (rows(), {"value": "Views"}),
    "read.no_dates": ("who,views\n" + "me,1\n" * 9, {}),
    "read.no_dates_of_format": (rows(), {"date_format": "%d/%m/%Y"}),
    "read.no_dates_of_format_without_codes": (rows(), {"date_format": "dd/mm/yyyy"}),
    "read.several_dates": (rows(header="day,date,views", value="2021-01-01,{i}"), {}),
    "read.not_dates": (rows(), {"date": "views"}),
    "read.no_numbers": (rows(value="good"), {}),
    "read.numbers_with_units": (rows(value="{i} km"), {}),
    "read.several_numbers": (rows(header="date,views,likes", value="{i},1"), {}),
    "read.no_dated_values": ("date,views\nTotal,5\n", {"date": "date", "date_format": "%d/%m/%Y"}),
    "read.no_date": (rows(",5"), {}),
    "read.fits_no_cell": (rows(), {"date": "date", "date_format": "%d/%m/%Y"}),
    "read.fits_no_cell_without_codes": (rows(), {"date": "date", "date_format": "dd/mm/yyyy"}),
    "read.unlike_the_others": (rows("soon,5"), {}),
    "read.unlike_the_others_in_both_orders": (rows("25/02/2021,4", form="%m/%d/%Y"), {}),
    "read.order_undecided": ("date,views\n01/02/2021,5\n", {"goes_on": True}),
    "read.order_undecided_of_three": ("date,views\n01/02/03,5\n", {"goes_on": True}),
    "read.day_and_month_exchanged": (rows(form="%d/%m/%Y").replace("06/01/2021", "01/06/2021"), {}),
    "read.infinite": (rows("2021-03-01,inf"), {}),
    "read.not_a_number": (rows("2021-03-01,few"), {}),
    "read.not_numbers": (rows("2021-03-01,few", "2021-03-02,many"), {}),
    "read.too_large": (rows("2021-03-01,1e300"), {}),
    "read.mark_undecided": ("\n".join(["date;views", *(f"{day};1,{i + 100}" for i, day in enumerate(DAYS))]), {}),
    "read.same_mark": (rows(), {"decimal": ".", "thousands": "."}),
    "read.other_mark": (rows(value="{i}.25"), {"decimal": ","}),
    "read.sign_differs": (rows("2021-03-01,5", value="${i}"), {}),
    "read.all_after_today": (rows(), {"today": dt.date(2020, 12, 31)}),
    "read.not_served": (at(*WEEKS[::2]), {}),
    "read.no_time": (at(*HOURS, "2024-02-02 25:00:00"), {}),
    "read.offsets_differ": (at(*(f"{hour}+00:00" for hour in HOURS), "2024-02-02 00:00:00+08:00"), {}),
    "read.too_fine": (at(*after("2024-01-01", 900, minutes=1)), {}),
    "read.irregular": (at(*after("2024-01-01", 900, minutes=7)), {}),
    "read.two_in_one": (at(*MONTHS, "2017-05-20"), {}),
    "read.rhythm_changes": (at(*(f"{day}" for day in DAYS), *after("2021-02-15", 20, days=7)), {}),
    "read.other_weekdays": (at(*WEEKS[:40], *after("2020-10-13", 20, days=7)), {}),
    "read.other_month": (at(*MONTHS[::3][:9], "2017-05-01", *MONTHS[::3][10:]), {}),
    "read.days_move": (at(*(f"{month[:8]}{10 + i * 3 % 5}" for i, month in enumerate(MONTHS))), {}),
    "read.freq_differs": (at(*WEEKS), {"freq": "W-TUE"}),
    "read.freq_of_days_differs": (at(*HOURS), {"freq": "D"}),
    "read.scattered": ("date,views\n" + "".join(f"2021-{m:02d}-{d:02d},{m}\n" for m in (1, 4, 7) for d in (1, 2)), {}),
    "read.scattered_before": (rows("1021-03-01,5"), {}),
    "read.scattered_after": (rows("2025-03-01,5"), {}),
    "read.all_before_since": (rows(), {"since": "2031-12-31"}),
    "read.all_after_until": (rows(), {"until": "2020-12-31"}),
    "read.one_total": ("date,views\n2021-01-01,5\n", {"difference": True}),
    "read.hours_apart": (
        "\n".join(["date,hour,load", *(f"{day},{hour},{hour * day.day}" for day in DAYS for hour in range(24))]),
        {"value": "load"},
    ),
    "read.many_series": (
        "\n".join(["date,shop,sales", *(f"{day},{shop},{day.day}" for day in DAYS for shop in "abc")]),
        {},
    ),
    "read.rows_differ": (rows("2021-01-01,5"), {}),
    "read.rows_differ_often": (rows("2021-01-01,5", "2021-01-02,6"), {}),
    "read.all_missing": (rows(value=""), {}),
    "read.one_day": ("date,views\n2021-01-01,5\n", {}),
    "read.all_equal": (rows(value="7"), {}),
}
