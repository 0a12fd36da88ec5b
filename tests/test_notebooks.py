"""The notebooks run from the first cell to the last, in the repository as anyone would open them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import matplotlib
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "docs" / "notebooks").glob("*.md"))


def read(path: Path) -> Any:
    import jupytext

    return jupytext.read(path)


def run_cells(path: Path) -> list[Any]:
    """Run the code cells in one namespace; returns what stands in their last lines, as a notebook would show it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown: list[Any] = []
    for cell in read(path).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source, filename=path.name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
            if not cell.source.rstrip().endswith(";"):
                shown.append(value)
    return shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    if path.stem == "backtest":
        monkeypatch.setenv("MSSP_FILES", str(request.getfixturevalue("shared_data") / "mssp"))
    matplotlib.use("agg")
    monkeypatch.chdir(repository)
    shown = run_cells(path)
    import matplotlib.pyplot as plt

    plt.close("all")
    for value in shown:
        html = getattr(value, "_repr_html_", None)
        assert (html() if html else repr(value)).strip()


def test_there_are_notebooks_for_the_first_run_the_draft_claims_the_backtest_and_luck():
    assert [path.stem for path in NOTEBOOKS] == [
        "backtest",
        "bring_your_own_claims",
        "first_run",
        "how_much_is_luck",
        "negotiate_a_draft",
    ]


def test_a_notebook_runs_in_jupyter_itself(repository: Path):
    """With a kernel of its own: pictures and tables arrive in the cells."""
    from nbclient import NotebookClient

    notebook = read(repository / "docs" / "notebooks" / "first_run.md")
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(repository)}}
    ).execute()
    kinds = {kind for cell in notebook.cells for out in cell.get("outputs", ()) for kind in out.get("data", ())}
    assert {"text/html", "image/png"} <= kinds
