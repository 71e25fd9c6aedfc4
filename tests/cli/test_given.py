"""What may stand for a file: standard input, an address, a file alone; and what is refused, with advice that works."""

import csv
import http.server
import io
import threading
import zipfile

import pytest

from thalweg.cli import given
from thalweg.cli.given import file_of
from thalweg.errors import InputError
from thalweg.messages import Argument, catalogue
from thalweg.series.read import read

ROWS = "day,views\n" + "".join(f"2024-{1 + day // 28:02d}-{1 + day % 28:02d},{40 + day % 7}\n" for day in range(28))
SAY = catalogue(command=True)


@pytest.fixture(scope="module")
def address():
    """A server of three paths: a CSV, a page, and what is not there."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            kind = {"/my%20views.csv": "text/csv", "/page": "text/html"}.get(self.path)
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.end_headers()
            self.wfile.write(ROWS.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_address_is_fetched_and_its_size_told(address, capsys):
    with file_of(f"{address}/my%20views.csv", SAY) as path:
        assert path.name == "my views.csv"
        assert len(read(path)) == 28
    assert not path.exists()
    assert "(1 kB)" in capsys.readouterr().err


@pytest.mark.parametrize(("path", "says"), [("/none.csv", "404"), ("/page", "is a web page")])
def test_an_address_without_a_file_is_refused(address, path, says):
    with pytest.raises(InputError, match=says) as refused, file_of(address + path, SAY):
        pass
    assert address + path in refused.value.sentence("zh")


@pytest.mark.parametrize("wrong", ["s3://bucket/views.csv", "http://[bad/x.csv", "http://127.0.0.1:1/views.csv"])
def test_an_address_that_cannot_be_fetched_is_refused(wrong):
    with pytest.raises(InputError, match="cannot be fetched"), file_of(wrong, SAY):
        pass


def test_a_file_that_is_too_large_is_not_fetched(address, monkeypatch):
    monkeypatch.setattr(given, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="Download it"), file_of(f"{address}/my%20views.csv", SAY):
        pass


def test_standard_input_is_read_and_named(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ROWS.encode())))
    with file_of("-", SAY) as path:
        assert len(read(path)) == 28
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(InputError, match="Standard input is empty"), file_of("-", SAY) as path:
        read(path)


def test_a_path_may_be_an_address_of_a_file_or_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my views.csv").write_text(ROWS)
    for name in ("~/my views.csv", f"file://{tmp_path}/my%20views.csv"):
        with file_of(name, SAY) as path:
            assert path == tmp_path / "my views.csv"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["views.cs"], "There is no file views.cs."),
        (["forecst"], "Did you mean thalweg forecast?"),
        (["*.foo"], "No file matches *.foo."),
        (["forecast", "a.csv", "b.csv"], "this one is too many: b.csv."),
        (["look", "views.csv"], "thalweg look lags views.csv"),
        (["predict", "views.csv"], "`thalweg forecast views.csv`; then `thalweg predict views/model.thalweg`"),
        (["predict", "views.csv", "m.thalweg"], "`thalweg predict m.thalweg views.csv`"),
        (["a.png"], "is a picture"),
        (["a.zip"], "Unpack it"),
        (["a.xlsx"], "in a spreadsheet: Save as"),
        (["m.thalweg"], "`thalweg predict` forecasts with a saved model"),
    ],
)
def test_what_cannot_be_served_is_told_with_what_to_do(thalweg, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "views.csv").write_text(ROWS)
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (tmp_path / "m.thalweg").write_bytes(b"\x40\0\0\0\0\0\0\0" + b'{"__metadata__":{}}')
    for name, part in (("a.zip", "views.csv"), ("a.xlsx", "[Content_Types].xml")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(part, "x")
    told = thalweg(*arguments)
    assert told.exit_code == 2
    assert says in told.stderr
    assert told.stdout == ""


def test_predict_writes_a_csv(thalweg, run, tmp_path):
    out = tmp_path / "next.csv"
    told = thalweg("predict", run.folder, "--horizon", 3, "--out", out)
    assert told.exit_code == 0
    assert str(out) in told.stdout.replace("\n", "")
    rows = [row for row in csv.reader(out.read_text().splitlines()) if not row[0].startswith("#")]
    assert rows[0][:2] == ["date", "mean"]
    assert [row[0] for row in rows[1:]] == [row["date"] for row in run.json["forecast"][:3]]
    for wrong in (tmp_path / "next.txt", tmp_path / "none" / "next.csv", tmp_path):
        assert thalweg("predict", run.folder, "--out", wrong).exit_code == 2


def test_the_forecast_of_another_file_of_the_same_name_is_not_replaced(thalweg, run, channel, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "channel").mkdir()
    model = (run.folder / "model.thalweg").read_bytes()
    (tmp_path / "channel" / "model.thalweg").write_bytes(model)
    other = tmp_path / "channel.csv"
    head, *rows = channel.read_text().splitlines()
    other.write_text("\n".join([head, *(f"{row.split(',')[0]},{number}" for number, row in enumerate(rows))]))
    told = thalweg(other, "--ladder", "quick")
    assert told.exit_code == 2
    assert Argument("out", "channel-2").written(command=True) in told.stderr
    assert (tmp_path / "channel" / "model.thalweg").read_bytes() == model
