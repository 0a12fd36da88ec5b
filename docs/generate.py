"""Write the reference pages from the program: scenario file, clauses, programs, glossary, streams, commands, Python.

``python docs/generate.py`` writes them; ``--check`` writes nothing and fails where a page is not what would be written.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
_NOTE = "<!-- Written by docs/generate.py; edit the program, not this page. -->\n\n"


def _cell(text: Any) -> str:
    """Text for a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def _prose(text: str | None) -> str:
    """A docstring as Markdown: code in single backticks, fields as a list."""
    plain = inspect.cleandoc(text or "").replace("``", "`")
    plain = re.sub(r"(?m)^:param (\w+):", r"- `\1`:", plain)
    plain = re.sub(r"(?m)^:raises (\w+):", r"- raises `\1`", plain)
    return re.sub(r"(?m)^:returns:", "- returns", plain)


def _call(value: Callable[..., Any]) -> str:
    """A signature with annotations as they are written."""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(value)))


def glossary() -> str:
    """Every variable of every dataset."""
    names = YAML(typ="safe").load((ROOT / "vbcsim" / "core" / "glossary.yaml").read_text(encoding="utf-8"))
    rows = [
        f"| `{name}` | {_cell(entry['unit'])} | {_dims(entry)} | {_cell(entry['definition'])} |"
        for name, entry in sorted(names.items())
    ]
    head = "# Glossary of variables\n\nThe datasets between the stages hold these variables and no others.\n\n"
    return head + "\n".join(["| Name | Unit | Dimensions | Definition |", "|---|---|---|---|", *rows]) + "\n"


def _dims(entry: dict[str, Any]) -> str:
    """Dimensions; those that a variable may lack in brackets."""
    return ", ".join(f"[{dim}]" if dim in entry.get("may_lack", ()) else dim for dim in entry.get("dims", ()))


def _default(value: Any) -> str:
    """A default as a file would write it."""
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, list | tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _member(word: str, model: Any) -> str:
    """One term or line maker: what it is, its formula and source, its parameters."""
    text = [
        f"## {word}",
        "",
        _prose(model.__doc__),
        "",
        f"Formula: `{model.formula.replace('`', '')}`",
        "",
        f"Source: {model.reference}",
    ]
    fields = model.model_fields
    if fields:
        text += ["", "| Parameter | Default | Meaning |", "|---|---|---|"]
        for name, field in fields.items():
            default = "needed" if field.is_required() else _default(field.get_default(call_default_factory=True))
            text.append(f"| `{field.alias or name}` | {default} | {_cell(_prose(field.description))} |")
    return "\n".join(text) + "\n"


def _family(title: str, lead: str, members: Mapping[str, Any]) -> str:
    return f"# {title}\n\n{lead}\n\n" + "\n".join(_member(word, model) for word, model in members.items())


def terms() -> str:
    """Every term of the contract vocabulary."""
    from vbcsim.contract.term import term_family

    lead = (
        "A provision is a list of these terms, applied from first to last to an amount that starts at zero. In a\n"
        "formula, a is the amount that reaches the term: USD by draw and year, positive when the payee receives."
    )
    return _family("Terms", lead, term_family())


def lines() -> str:
    """Every maker of derived lines."""
    from vbcsim.contract.line import line_family

    lead = "An arrangement declares derived lines of the book with these makers, under `lines:`."
    return _family("Lines", lead, line_family())


def _parameters(model: Any, skip: Iterable[str] = ()) -> list[str]:
    """A table of the fields of a model that are not skipped; nothing where none is left."""
    fields = {name: field for name, field in model.model_fields.items() if name not in {"kind", *skip}}
    rows = []
    for name, field in fields.items():
        value = None if field.is_required() else field.get_default(call_default_factory=True)
        shown = "needed" if field.is_required() else "see below" if isinstance(value, BaseModel) else _default(value)
        rows.append(f"| `{name}` | {shown} | {_cell(_prose(field.description))} |")
    return ["| Parameter | Default | Meaning |", "|---|---|---|", *rows, ""] if rows else []


def interventions() -> str:
    """Every kind of intervention, with its priors and their sources."""
    from vbcsim.experience.figures import words
    from vbcsim.experience.intervention import Cost, Intervention, LastYear, Target, intervention_family

    text = ["# Interventions", "", "Declared by name under `interventions:`; `kind` says which of these it is.", ""]
    text += [_prose(Intervention.__doc__), "", *_parameters(Intervention)]
    for title, model in (("target", Target), ("target.last_year", LastYear), ("cost", Cost)):
        text += [f"`{title}`: {_prose(model.__doc__)}", "", *_parameters(model)]
    for word, model in intervention_family().items():
        text += [f"## {word}", "", _prose(model.__doc__), "", f"Source: {model.reference}.", ""]
        priors = [("use", p) for p in model.use_priors] + [("price", p) for p in model.price_priors]
        rows = [f"| {', '.join(p.categories)} | {what} | {words(p.effect)} | {_cell(p.source)} |" for what, p in priors]
        rows += [f"| measure {kind} | points | {words(e)} | |" for kind, e in model.measure_priors.items()]
        if rows:
            text += ["| Prior for | What changes | Among those engaged | Source |", "|---|---|---|---|", *rows, ""]
        own = [name for name in vars(model).get("__annotations__", {}) if name in model.model_fields]
        text += _parameters(model, skip=set(model.model_fields) - set(own))
    return "\n".join(text)


def measures() -> str:
    """Every kind of quality measure, with its defaults."""
    from vbcsim.experience.figures import words
    from vbcsim.experience.measure import Counted, Measure, Proportion, measure_family

    text = ["# Measures", "", "Declared by name under `measures:`; `kind` says which of these it is.", ""]
    shared = set(Measure.model_fields)
    for model, lead in ((Measure, "All"), (Proportion, "Shares"), (Counted, "Services")):
        text += [f"**{lead}.** {_prose(model.__doc__)}", ""]
        text += _parameters(model, skip=() if model is Measure else shared)
    for word, model in measure_family().items():
        text += [f"## {word}", "", _prose(model.__doc__), "", f"Source: {model.reference}.", ""]
        if issubclass(model, Proportion) and model.default_rate:
            rates = ", ".join(f"{stratum} {rate:.1%}" for stratum, rate in model.default_rate.items())
            text += [f"Rates: {rates}; improvement a year {words(model.default_improvement)}.", ""]
        if model.lower_is_better:
            text += ["A low rate is good.", ""]
        own = [name for name in vars(model).get("__annotations__", {}) if name in model.model_fields]
        text += _parameters(model, skip=set(model.model_fields) - set(own))
    return "\n".join(text)


def programs() -> str:
    """Every program: what a design may say, and the figures with source and grade."""
    from vbcsim.contract.program import load_program, program_names

    text = [
        "# Programs",
        "",
        "Contracts that come as data; the values stand in `vbcsim/contract/programs/`, by year and by input where",
        "they differ. How firmly a figure is known: `P` primary text, `D` agrees with published settlements, `D-inf`",
        "inferred from them, `S` secondary source, `M` from memory, shown as unverified wherever it is used. A figure",
        "that is not published must be given by the design that needs it. The examples are nobody's contract.",
        "",
    ]
    for name in program_names():
        text += _program(load_program(name))
    return "\n".join(text)


def _program(program: Any) -> list[str]:
    """One program: what it is, what a design says, the figures, and an example."""
    text = [f"## {program.program}", "", f"{program.title}. {_cell(program.description)}", ""]
    text += [f"Source: {_cell(program.source)}", ""] if program.source else []
    text += (
        [f"Rules are stated for performance years {program.years[0]} to {program.years[1]}.", ""]
        if program.years
        else []
    )
    text += ["| A design says | Unit | Default | Meaning |", "|---|---|---|---|"]
    text += [_input(word, item) for word, item in program.inputs.items()]
    if program.parameters:
        text += ["", "| Figure | Value | Unit | Grade | Source |", "|---|---|---|---|---|"]
        text += [_figure(word, item) for word, item in program.parameters.items()]
    for name, inputs in program.examples.items():
        design = _flow({"program": program.program, **inputs})
        short = textwrap.wrap(design, 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        text += ["", f"Example `{name}`:", "", "```yaml", *short, "```"]
    return [*text, ""]


def _figure(word: str, item: Any) -> str:
    """A row of the table of a program's figures."""
    what = f"`{word}`: {_cell(item.definition)}" if item.definition else f"`{word}`"
    given = item.values or item.value
    if given is None:
        return f"| {what} | must be given | {item.unit} | | {_cell(item.source)} |"
    value = _flow(given)
    shown = f"`{value}`" if len(value) <= 140 else "in the file"
    return f"| {what} | {shown} | {item.unit} | {', '.join(_grades(item.grade))} | {_cell(item.source)} |"


def _flow(value: Any) -> str:
    """A value on one line, as a file would write it."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _input(word: str, item: Any) -> str:
    """A row of the table of a program's inputs."""
    default = _default(item.default) if item.default is not None or item.optional else "needed"
    choices = f" ({', '.join(str(c).lower() for c in item.choices)})" if item.choices else ""
    return f"| `{word}` | {item.unit} | {default} | {_cell(item.definition)}{choices} |"


def _grades(grade: Any) -> list[str]:
    """Every grade of a figure, each once; it may differ by input and year."""
    if isinstance(grade, Mapping):
        return list(dict.fromkeys(found for inner in grade.values() for found in _grades(inner)))
    return [str(grade)]


def streams() -> str:
    """The closed list of random streams."""
    from vbcsim.random import streams as module

    tree = inspect.getsource(module.Stream).splitlines()
    rows = []
    for stream in module.Stream:
        at = next(i for i, line in enumerate(tree) if line.strip().startswith(f"{stream.name} ="))
        rows.append(f"| {stream.value} | {stream.name.lower()} | {_cell(tree[at + 1].strip().strip(chr(34)))} |")
    head = (
        f"# Random streams\n\nStream version {module.STREAM_VERSION}. A number is never reused; see "
        "[randomness](../explanation/randomness.md).\n\n"
    )
    return head + "\n".join(["| Number | Stream | What for |", "|---|---|---|", *rows]) + "\n"


def commands() -> str:
    """The help of every command."""
    from vbcsim.cli import main

    def page(command: click.Command, words: tuple[str, ...]) -> list[str]:
        context = click.Context(command, info_name=" ".join(words), max_content_width=96, terminal_width=96)
        text = [f"## {' '.join(words)}", "", "```text", command.get_help(context).rstrip(), "```", ""]
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                if found is not None and not found.hidden:
                    text += page(found, (*words, name))
        return text

    return "# Commands\n\n" + "\n".join(page(main, ("vbcsim",)))


def python_names() -> str:
    """The public names of the package."""
    import vbcsim

    text = ["# Python", "", "`import vbcsim` gives these names; each stage of the pipeline is a verb.", ""]
    for name in sorted(vbcsim.__all__):
        value = getattr(vbcsim, name)
        if not callable(value):
            continue
        call = "" if inspect.isclass(value) else _call(value)
        text += [f"## {name}", "", f"```python\n{name}{call}\n```", "", _prose(inspect.getdoc(value)), ""]
    return "\n".join(text).rstrip() + "\n"


def scenario() -> str:
    """The keys of a scenario file, section by section."""
    from vbcsim.scenario.schema import section_schema

    schema = section_schema()
    text = [
        "# The scenario file",
        "",
        "Every key of every section. `vbcsim schema` prints the same as JSON Schema, with the clauses of designs, for",
        "an editor that completes and checks while you write. A list of rows may also be `{table: FILE.csv}`, a file",
        "beside the scenario with a column for each key. A distribution is written `{normal: [mean, sd]}`,",
        "`{lognormal: [mean, sd]}`, `{uniform: [low, high]}`, `{triangular: [low, mode, high]}` or",
        "`{beta: [mean, sd]}`; see [layers of uncertainty](../explanation/uncertainty.md).",
        "",
    ]
    sections = {"The file": schema} | {_words(name): schema["$defs"][name] for name in _in_order(schema)}
    for title, section in sections.items():
        text += [f"## {title}", "", _prose(section.get("description")), "", "| Key | Unit | Default | Meaning |"]
        text += ["|---|---|---|---|"]
        text += [_key(name, node, name in section.get("required", ())) for name, node in section["properties"].items()]
        text.append("")
    return "\n".join([*text, *_design_keys()])


def portfolio() -> str:
    """The keys of a portfolio's file."""
    from vbcsim.scenario.portfolio import Contract, Portfolio

    lead = "# The portfolio file\n\nSee [hold contracts together](../how-to/hold-contracts-together.md).\n"
    return "\n".join([lead, *_parameters(Portfolio), "## Contract\n", *_parameters(Contract)])


def _design_keys() -> list[str]:
    """What any design may say beside its terms."""
    from vbcsim.scenario.design_schema import DESIGN_KEYS

    lead = (
        "A design is a [program](programs.md) with its inputs, or an arrangement of [lines](lines.md) and provisions",
        "made of [terms](terms.md). It may also say for whom it holds; see",
        "[cases, groups and ledgers](../how-to/cases-groups-and-ledgers.md).",
    )
    rows = [_key(name, node, False) for name, node in DESIGN_KEYS.items()]
    return ["## Designs", "", *lead, "", "| Key | Unit | Default | Meaning |", "|---|---|---|---|", *rows, ""]


def _words(name: str) -> str:
    """The name of a model as words: SharedFrailty is shared frailty."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).removesuffix(" Spec").capitalize()


def _in_order(schema: Mapping[str, Any]) -> list[str]:
    """Names of the sections in the order in which the file meets them."""
    found: list[str] = []

    def visit(node: Any) -> None:
        name = str(node.get("$ref", "")).rpartition("/")[2] if isinstance(node, dict) else ""
        if name and name not in found:
            found.append(name)
            visit(schema["$defs"][name])
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            visit(inner)

    visit(schema["properties"])
    return found


def _key(name: str, node: Mapping[str, Any], needed: bool) -> str:
    """A row of the table of a section."""
    default = "needed" if needed else _default(node.get("default"))
    uncertain = any("normal" in kind.get("properties", {}) for kind in node.get("anyOf", ()))
    unit = f"{node.get('unit', '')}{', or distribution' if uncertain else ''}"
    return f"| `{name}` | {unit} | {default} | {_cell(_prose(node.get('description')))} |"


PAGES: dict[str, Callable[[], str]] = {
    "scenario.md": scenario,
    "portfolio.md": portfolio,
    "glossary.md": glossary,
    "terms.md": terms,
    "lines.md": lines,
    "interventions.md": interventions,
    "measures.md": measures,
    "programs.md": programs,
    "streams.md": streams,
    "commands.md": commands,
    "python.md": python_names,
}


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    return {REFERENCE / name: _NOTE + make().rstrip() + "\n" for name, make in PAGES.items()}


def stale() -> list[Path]:
    """Pages that are not what would be written."""
    return [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main() -> None:
    """Write or check the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is stale")
    if parser.parse_args().check:
        old = [str(path.relative_to(ROOT)) for path in stale()]
        if old:
            sys.exit(f"not what the program says now: {', '.join(old)}; run `make docs`")
        return
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
