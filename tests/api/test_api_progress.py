"""Progress shows in a notebook without ipywidgets, in a terminal, and nowhere else."""

import sys
from types import SimpleNamespace

import pytest

from thalweg.api.progress import watching
from thalweg.forecast.watch import Silence


class Handle:
    def __init__(self):
        self.shown = []

    def update(self, html):
        self.shown.append(html)


@pytest.fixture
def notebook(monkeypatch):
    """A kernel of Jupyter, as far as it is asked."""
    handle = Handle()
    display = SimpleNamespace(HTML=str, display=lambda *_, **__: handle)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return handle


def test_a_notebook_shows_a_bar_and_clears_it(notebook):
    with watching(None) as watcher:
        watcher.stage("climb", 8)
        watcher.rung(SimpleNamespace(rung="<7 relu>"))
        watcher.stage("as_used", 3)
        watcher.advance(2)
        watcher.stage("a stage of another version", None)
    assert "climbing the ladder" in notebook.shown[0]
    assert 'max="8"' in notebook.shown[0]
    assert "&lt;7 relu&gt;" in notebook.shown[1]
    assert "a stage of another version" in notebook.shown[-2]
    assert notebook.shown[-1] == "<div></div>"


def test_the_bar_goes_away_with_an_error(notebook):
    with pytest.raises(ZeroDivisionError), watching(None):
        1 / 0  # noqa: B018 - an error of the fit
    assert notebook.shown[-1] == "<div></div>"


def test_a_watcher_of_the_users_own_is_used_as_it_is(notebook):
    own = Silence()
    with watching(own) as watcher:
        assert watcher is own
    assert notebook.shown == []


def test_nothing_is_shown_where_nobody_looks(capsys):
    with watching(None) as watcher:
        watcher.stage("climb", 8)
        watcher.advance()
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_a_bar_on_standard_error(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with watching(None) as watcher:
        watcher.stage("climb", 8)
        watcher.advance()
    told = capsys.readouterr()
    assert "climbing the ladder" in told.err
    assert told.out == ""
