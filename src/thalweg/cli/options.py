"""What several commands share: where the file is, in which language they speak, and how they print."""

from __future__ import annotations

from typing import Annotated, Literal

from thalweg.cli.arguments import Flag

Language = Literal["en", "zh"]
Lang = Annotated[Language, Flag("--lang", "[en|zh]")]
Json = Annotated[bool, Flag("--json")]
Naming = Literal["thalweg", "nixtla", "prophet"]
Columns = Annotated[Naming, Flag("--columns", "[thalweg|nixtla|prophet]")]
