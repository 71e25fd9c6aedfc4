"""Bring the lecture's pages up to date: their pictures, by the commands on them, and their answers, by the catalogue.

.venv/bin/python docs/refresh_lecture.py [lecture | lecture.zh]        writes docs/lecture/*.svg, docs/lecture/zh/*.svg
"""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from thalweg.messages import catalogue

DOCS = Path(__file__).parent
COMMAND = [sys.executable, "-c", "from thalweg.cli import main; main()"]
PAGES = {"lecture": (DOCS / "lecture", "en"), "lecture.zh": (DOCS / "lecture" / "zh", "zh")}


def answered(text: str, language: str) -> str:
    """Return a page with each question's answer as the catalogue has it."""
    translate = catalogue(language)
    asked = [key for key in translate.templates if key.endswith(".asked")]
    answers = {translate(key): translate(key.replace("asked", "answered")) for key in asked}
    return re.sub(r"^> \*\*(.+?)\*\* .*$", lambda one: f"> **{one[1]}** {answers[one[1]]}", text, flags=re.MULTILINE)


for name in sys.argv[1:] or PAGES:
    folder, language = PAGES[name]
    page = DOCS / f"{name}.md"
    page.write_text(answered(page.read_text(encoding="utf-8"), language), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for line in re.findall(r"^\$ thalweg (look .*--out .*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            subprocess.run([*COMMAND, *shlex.split(line)], cwd=place, check=True, stdout=subprocess.DEVNULL)
        for picture in Path(place).iterdir():
            (folder / picture.name).write_bytes(picture.read_bytes())
