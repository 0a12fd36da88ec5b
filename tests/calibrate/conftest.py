"""Made-up public-use files in the layouts of different performance years."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

FlagTracks = Mapping[str, str]

LAYOUTS: dict[str, dict[str, str]] = {
    # meaning -> column, in the letter case of the year; tracks are added by the fixture
    "2013": {
        "id": "ACO_Num", "name": "ACO_Name", "start": "Start_Date", "lives": "N_AB", "py": "N_AB_Year_PY",
        "benchmark": "ABtotBnchmk", "spend": "ABtotExp", "earned": "EarnSaveLoss", "minimum": "MinSavPerc",
        "score": "QualScore", "share": "FinalShareRate",
    },
    "2017": {
        "id": "ACO_Num", "name": "ACO_Name", "start": "Current_Start_Date", "lives": "N_AB", "py": "N_AB_Year_PY",
        "benchmark": "ABtotBnchmk", "spend": "ABtotExp", "earned": "EarnSaveLoss", "minimum": "MinSavPerc",
        "score": "QualScore", "met": "Met_QPS", "disaster": "DisAdj",
    },
    "2019": {
        "id": "ACO_ID", "name": "ACO_Name", "start": "Current_Start_Date", "lives": "N_AB", "py": "N_AB_Year_PY",
        "benchmark": "ABtotBnchmk", "spend": "ABtotExp", "earned": "EarnSaveLoss", "minimum": "MinSavPerc",
        "score": "QualScore", "met": "Met_QPS", "disaster": "DisAdj", "revenue": "Rev_Exp_Cat",
    },
    "2024": {
        "id": "ACO_ID", "name": "ACO_Name", "start": "Current_Start_Date", "lives": "N_AB", "py": "N_AB_Year_PY",
        "benchmark": "ABtotBnchmk", "spend": "ABtotExp", "earned": "EarnSaveLoss", "minimum": "MinSavPerc",
        "score": "QualScore", "met": "Met_QPS", "alternative": "Met_AltQPS", "disaster": "DisAdj",
        "revenue": "Rev_Exp_Cat", "guardrail": "Guardrail",
    },
}  # fmt: skip

FLAGS = {
    "2013": ["Track1", "Track2"],
    "2017": ["Current_Track_1", "Current_Track_2", "Current_Track_3"],
    "2019": [
        "Current_Track_1", "Current_Track_2", "Current_Track_3", "Current_Track_1_Plus", "Current_BASIC_A",
        "Current_BASIC_B", "Current_BASIC_C", "Current_BASIC_D", "Current_BASIC_E", "Current_ENHANCED",
    ],
    "2024": ["Current_Track"],
}  # fmt: skip

USUAL = {
    "id": "A1234", "name": "Made-up ACO", "start": "", "lives": "10000", "py": "9800", "benchmark": "100000000",
    "spend": "95000000", "earned": "0", "minimum": "0.02", "score": "0.9", "share": "0.5", "met": "1",
    "alternative": "", "disaster": "", "revenue": "Low Revenue", "guardrail": "",
}  # fmt: skip

MakeFile = Callable[..., Path]


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """``make_file(layout, rows, name=..., track=...)`` writes rows of ``{meaning: text, "track": column or code}``."""

    def make(
        layout: str, rows: Sequence[Mapping[str, str]], name: str = "py2019.csv", ends: str = "\n", bom: bool = False
    ) -> Path:
        columns = LAYOUTS[layout]
        header = [*columns.values(), *FLAGS[layout]]
        lines = [",".join(header)]
        for row in rows:
            cells = {**USUAL, **row}
            flags = [
                row["track"] if flag == "Current_Track" else "1" if flag == row["track"] else "0"
                for flag in FLAGS[layout]
            ]
            lines.append(",".join(['"' + cells[m] + '"' for m in columns] + flags))
        path = tmp_path / name
        path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + (ends.join(lines) + ends).encode())
        return path

    return make
