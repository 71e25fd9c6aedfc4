"""Options, declared once: name, range, unit and default here, help in the catalogues.

A record of options is a frozen dataclass whose fields are made by `option`. It is checked when it is made. The command,
the documents' tables and a page's form are made of the same declaration.

>>> @dataclass(frozen=True, kw_only=True)
... class Example(Options):
...     words = "example"
...     days_back: int = option(7, WholeNumber(1, 366, "days"))
>>> Example(days_back=28)
Example(days_back=28)
>>> Example.of_texts({"days_back": "28"})
Example(days_back=28)
"""

from thalweg.options.kinds import (
    Day,
    Kind,
    Moment,
    Number,
    Numbers,
    Switch,
    Table,
    Text,
    Texts,
    WholeNumber,
    WholeNumbers,
    Word,
)
from thalweg.options.record import Declared, Options, Usual, option, switch, with_options

__all__ = [
    "Day",
    "Declared",
    "Kind",
    "Moment",
    "Number",
    "Numbers",
    "Options",
    "Switch",
    "Table",
    "Text",
    "Texts",
    "Usual",
    "WholeNumber",
    "WholeNumbers",
    "Word",
    "option",
    "switch",
    "with_options",
]
