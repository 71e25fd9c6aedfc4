"""A text file as UTF-8 that can be read: decompressed and decoded into a temporary copy where it must be."""

from __future__ import annotations

import codecs
import gzip
import itertools
import re
import shutil
import tempfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.errors import InputError
from thalweg.messages import Message
from thalweg.series.read.encoding import NAMES, possible_encodings

_BLOCK_BYTES = 1 << 20
_TAIL_BYTES = 1 << 16
_SAMPLE_BYTES = 1 << 16
_WIDE = (  # encodings of two or four bytes a letter, by how a text begins in them; the longer marks come first
    ("utf-32", re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff")),
    ("utf-16", re.compile(rb"\xff\xfe|\xfe\xff")),
    ("utf-16-le", re.compile(rb"(?:[^\0]\0){4}")),
    ("utf-16-be", re.compile(rb"(?:\0[^\0]){4}")),
)
_START_BYTES = 1 << 10
_JSON_START = re.compile(rb'\s*(?:\[\s*)?\{\s*"[^"]*"\s*:')
_GZIP_START = b"\x1f\x8b"
_BINARY_STARTS = {  # to the kind of the file, a key in the catalogues
    b"PK\x03\x04": "zip",
    b"%PDF": "pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
}
_SAFETENSORS_START = re.compile(rb'.{8}\{"', re.DOTALL)  # as a saved model begins


@dataclass
class PlainText:
    """A text file that is in UTF-8.

    Attributes
    ----------
    path : Path
        The user's file.
    file : Path
        The file to read: `path`, or a copy that is decompressed, decoded or cut.
    mixed_lines : bool
        Whether some lines end in CR LF and others in LF.
    has_blank_lines : bool
        Whether some lines are blank, or the file is so short that it was not looked for any.
    notes : list of Message
        What was odd.
    delimiter : str
        What separates the cells, where that is known beforehand.
    """

    path: Path
    file: Path
    mixed_lines: bool = False
    has_blank_lines: bool = True
    notes: list[Message] = field(default_factory=list[Message])
    delimiter: str = ""
    folder: tempfile.TemporaryDirectory[str] | None = None

    def copy(self) -> Path:
        """Return the path of a new copy, which is deleted by `discard`."""
        if self.folder is None:
            self.folder = tempfile.TemporaryDirectory(prefix="thalweg-")
        folder = Path(self.folder.name)
        return folder / f"copy{sum(1 for _ in folder.iterdir())}.csv"

    def cut(self, lines: int) -> None:
        """Keep the first lines only."""
        target = self.copy()
        with (
            self.file.open(encoding="utf-8-sig", newline="") as source,
            target.open("w", encoding="utf-8", newline="") as written,
        ):
            written.writelines(itertools.islice(source, lines))
        self.file = target

    def last_lines(self) -> list[str]:
        """Return the last lines of the file."""
        with self.file.open("rb") as file:
            file.seek(max(0, self.file.stat().st_size - _TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()

    def is_json(self) -> bool:
        """Whether the file begins as a list of JSON objects does, or as an object a line."""
        with self.file.open("rb") as file:
            return _JSON_START.match(file.read(_START_BYTES).removeprefix(codecs.BOM_UTF8)) is not None

    def discard(self) -> None:
        """Delete the copies."""
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None


def plain_text(path: Path) -> PlainText:
    """Return the text of a file, whatever it is compressed with or encoded in.

    Raises
    ------
    InputError
        If the file is empty or binary, is damaged, or its encoding is in doubt.
    """
    text = PlainText(path, path)
    try:
        if _start(path).startswith(_GZIP_START):
            _decompress(text)
        _narrow(text)
        _check_start(text)
        strange = _check_bytes(text)
        if strange:
            _decode(text, *strange)
            _check_bytes(text)
    except BaseException:
        text.discard()
        raise
    return text


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _decompress(text: PlainText) -> None:
    target = text.copy()
    try:
        with gzip.open(text.path) as source, target.open("wb") as written:
            shutil.copyfileobj(source, written, _BLOCK_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError("read.bad_gzip", path=text.path) from error
    text.file = target
    text.notes.append(Message("note.gzip"))


def _narrow(text: PlainText) -> None:
    """Write a copy in UTF-8 of a text in UTF-16, as spreadsheets save "Unicode text", or in UTF-32."""
    start = _start(text.file)
    encoding = next((name for name, beginning in _WIDE if beginning.match(start)), None)
    if encoding is None:
        return
    name = encoding[:6].upper()
    try:
        _to_utf_8(text, encoding)
    except UnicodeError as error:
        raise InputError("read.bad_wide", path=text.path, encoding=name, save=Message("read.save_as_csv")) from error
    with text.file.open(encoding="utf-8") as file:
        text.notes.append(Message("note.encoding", {"encoding": name, "example": _example(file.readline())}))


def _to_utf_8(text: PlainText, encoding: str) -> None:
    """Write a copy in UTF-8, which is read from then on; a UnicodeError tells that the encoding is another one."""
    target = text.copy()
    with (
        text.file.open(encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as written,
    ):
        shutil.copyfileobj(source, written, _BLOCK_BYTES)
    text.file = target


def _check_start(text: PlainText) -> None:
    """Refuse by its first bytes what is empty or no text, and tell of a byte-order mark."""
    start = _start(text.file)
    if not start.removeprefix(codecs.BOM_UTF8).strip():
        raise InputError("read.empty_file", path=text.path)
    for mark, kind in _BINARY_STARTS.items():
        if start.startswith(mark):
            raise _binary(text.path, kind)
    if 0 in start[:8] and _SAFETENSORS_START.match(start):
        raise _binary(text.path, "model")
    if start.startswith(codecs.BOM_UTF8):
        text.notes.append(Message("note.byte_order_mark"))


def _binary(path: Path, kind: str) -> InputError:
    save = kind if kind in ("zip", "picture", "model", "pdf", "binary") else "csv"
    return InputError(
        "read.binary", path=path, kind=Message(f"read.file_kind.{kind}"), save=Message(f"read.save_as_{save}")
    )


def _check_bytes(text: PlainText) -> tuple[int, int] | None:
    """Find how lines end and whether some are blank; return the row and the value of the first byte not in UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    pairs = feeds = blocks = 0
    blank = False
    strange: tuple[int, int] | None = None
    with text.file.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if 0 in block:
                raise _binary(text.path, "binary")
            if strange is None:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    at = error.start
                    strange = 1 + feeds + error.object[:at].count(b"\n"), error.object[at]
            feeds += block.count(b"\n")
            pairs += block.count(b"\r\n")
            # Rows above the table stand in the first block, so there blank lines tell nothing.
            blank = blank or (blocks > 0 and any(mark in block for mark in (b"\n\n", b"\n\r\n", b"\n,,", b"\n;;")))
            blocks += 1
    if strange is None and decoder.getstate()[0]:
        raise InputError("read.cut_letter", path=text.path)
    text.mixed_lines = 0 < pairs < feeds
    text.has_blank_lines = blank or blocks == 1
    return strange


def _decode(text: PlainText, row: int, byte: int) -> None:
    """Write a copy in UTF-8, by the only encoding in which the text makes sense."""
    texts = possible_encodings(_strange_lines(text.file))
    if len(texts) != 1:
        raise _unsure(text, row, byte, texts)
    (encoding,) = texts
    try:
        _to_utf_8(text, encoding)
    except UnicodeDecodeError as error:
        raise _unsure(text, row, byte, {}) from error
    text.notes.append(Message("note.encoding", {"encoding": NAMES[encoding], "example": _example(texts[encoding])}))


def _strange_lines(path: Path) -> bytes:
    """Return the first lines that hold bytes beyond ASCII."""
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                lines.append(line)
                size += len(line)
                if size > _SAMPLE_BYTES:
                    break
    return b"".join(lines)


def _unsure(text: PlainText, row: int, byte: int, texts: dict[str, str]) -> InputError:
    values = {"path": text.path, "row": row, "byte": byte, "save": Message("read.save_as_csv")}
    if not texts:
        return InputError("read.not_utf_8", **values)
    ways = [
        Message("read.encoding_and_text", {"encoding": NAMES[encoding], "example": _example(read)})
        for encoding, read in texts.items()
    ]
    return InputError("read.encoding_in_doubt", **values, ways=ways)


def _example(text: str) -> str:
    """Return the beginning of a text."""
    return text.split("\n", 1)[0].strip()[:40]
