"""Every picture of the glass box, made once a process; those that take long with less to fit."""

from functools import cache

from thalweg.report.seen import looked_at, see

QUICK = {"layers": {"depths": "1,2", "widths": "10,100", "seeds": 1, "epochs": 20}}


@cache
def seen(name, language="en"):
    if language != "en":
        first = seen(name)
        return type(first)(looked_at(name, first.study, language), first.study)
    return see(name, **QUICK.get(name, {}))
