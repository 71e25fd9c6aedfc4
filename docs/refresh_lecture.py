"""Bring the lecture's pages up to date: each picture as its command on the page makes it, each answer as the catalogue has it.

.venv/bin/python docs/refresh_lecture.py [lecture | lecture.zh]        writes docs/lecture/*.svg and docs/lecture/zh/*.svg
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

for name in sys.argv[1:] or PAGES:
    folder, language = PAGES[name]
    page, tell = DOCS / f"{name}.md", catalogue(language)
    text = page.read_text(encoding="utf-8")
    told = {tell(key): tell(key.replace("asked", "answered")) for key in tell.templates if key.endswith(".asked")}
    text = re.sub(r"^> \*\*(.+?)\*\* .*$", lambda found: f"> **{found[1]}** {told[found[1]]}", text, flags=re.MULTILINE)
    page.write_text(text, encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for line in re.findall(r"^\$ thalweg (look .*--out .*)$", text, re.MULTILINE):
            subprocess.run([*COMMAND, *shlex.split(line)], cwd=place, check=True, stdout=subprocess.DEVNULL)
        for picture in Path(place).iterdir():
            (folder / picture.name).write_bytes(picture.read_bytes())
