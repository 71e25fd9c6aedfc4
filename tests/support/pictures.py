"""Pictures of the glass box for tests: a study with options as keywords, and every picture made once a process."""

from functools import cache

from thalweg.api.picture import Picture, look
from thalweg.forecast.watch import Silence
from thalweg.pictures import registry

QUICK = {"layers": {"depths": "1,2", "widths": "10,100", "seeds": 1, "epochs": 20}}  # for those that take long


def study_of(name, source=None, *, view=None, watcher=None, **options):
    """Return the numbers of a picture."""
    return registry.study_of(name, source, registry.options_of(name, view, options), watcher or Silence())


@cache
def picture_of(name, language="en"):
    """Return the usual view of a picture, of the toy or of the simulated channel."""
    if language != "en":
        study = picture_of(name).study
        return Picture(registry.illustration_of(name, study, language), study)
    return look(name, **QUICK.get(name, {}))
