"""A contract in numbered sentences, and one draw of it step by step, as plain values and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vbcsim.core.text import visible

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.arrangement import Arrangement, Provision, Step
    from vbcsim.contract.settle import Entry

__all__ = ["sentences_of", "sentences_text", "walk_of", "walk_text"]


def sentences_of(arrangement: Arrangement, years: tuple[int, ...]) -> dict[str, Any]:
    """An arrangement as sentences: its parameters, the lines it reads, and the clauses in force in these years."""
    return {
        "title": arrangement.title,
        "parties": list(arrangement.parties),
        "parameters": [
            {"name": p.name, "value": _plain(p.value), "unit": p.unit, "grade": p.grade, "source": p.source}
            for p in arrangement.parameters
        ],
        "lines": [
            {"name": name, "sentence": maker.sentence(), "formula": maker.formula, "as_in": maker.reference}
            for name, maker in _lines_read(arrangement, years).items()
        ],
        "provisions": [_provision(provision, years) for provision in arrangement.ordered],
        "unverified": list(arrangement.unverified),
    }


def _provision(provision: Provision, years: tuple[int, ...]) -> dict[str, Any]:
    clauses = [_clause(k, step) for k, step in enumerate(_in_force(provision, years), 1)]
    return {"name": provision.name, "payer": provision.payer, "payee": provision.payee, "clauses": clauses}


def _clause(number: int, step: Step) -> dict[str, Any]:
    when = {"from": step.first, "to": step.last} if step.first or step.last else {}
    about = {"note": step.note} if step.note else {}
    source = step.source or f"as in {step.term.reference}"
    sentence = step.term.sentence()
    return (
        {"number": number, "term": step.word, "sentence": sentence, "formula": step.term.formula, "source": source}
        | when
        | about
    )


def _in_force(provision: Provision, years: tuple[int, ...]) -> list[Step]:
    return [step for step in provision.terms if any(step.applies(years))]


def _lines_read(arrangement: Arrangement, years: tuple[int, ...]) -> dict[str, Any]:
    """Derived lines that clauses in force read, directly or through one another, in the arrangement's order."""
    steps = [step for provision in arrangement.provisions for step in _in_force(provision, years)]
    todo = [line for step in steps for line in step.term.lines()]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += arrangement.lines[name].lines() if name in arrangement.lines else ()
    return {name: maker for name, maker in arrangement.lines.items() if name in seen}


def sentences_text(name: str, said: dict[str, Any]) -> str:
    """The sentences of a design for people."""
    text = [f"{name}: {visible(said['title'])}" if said["title"] else name, ""]
    for provision in said["provisions"]:
        text.append(
            f"  {provision['name']}: the {provision['payer']} pays the {provision['payee']}; below zero, the reverse."
        )
        for clause in provision["clauses"]:
            text.append(f"  {clause['number']:>3}. {visible(clause['sentence'])}{_when(clause)}")
            text.append(f"       {clause['formula']}   [{visible(clause['source'])}]")
            text += [f"       {visible(clause['note'])}"] if "note" in clause else []
        text.append("")
    if not said["provisions"]:
        text += ["  No provision: nobody pays anything.", ""]
    if said["lines"]:
        text.append("  Lines")
        text += [
            f"    {line['name']}: {visible(line['sentence'])} [as in {visible(line['as_in'])}]"
            for line in said["lines"]
        ]
        text.append("")
    if said["parameters"]:
        text.append("  Parameters")
        text += [f"    {_parameter(p)}" for p in said["parameters"]]
        text.append("")
    return "\n".join(text)


def _parameter(about: dict[str, Any]) -> str:
    value = about["value"]
    shown = (
        "as stated in the program" if isinstance(value, (dict, list)) and len(str(value)) > 60 else visible(str(value))
    )
    unit = f" {about['unit']}" if about["unit"] else ""
    return f"{about['name']} = {shown}{unit} [{visible(about['source'])}; grade {about['grade']}]"


def _when(clause: dict[str, Any]) -> str:
    first, last = clause.get("from"), clause.get("to")
    if first and last:
        return f" ({first} to {last})"
    if first:
        return f" (from {first})"
    return f" (to {last})" if last else ""


def walk_of(experience: xr.Dataset, arrangement: Arrangement, draw: int) -> list[dict[str, Any]]:
    """One draw of a settlement, year by year: the lines read, the amount after every clause, the transfer."""
    from vbcsim.contract.book import Book
    from vbcsim.contract.settle import entries

    book = Book.from_experience(experience)
    declared = book.declare(arrangement.lines)
    steps = list(entries(book, arrangement))
    return [
        {"year": year, "provisions": [_walked(p, steps, declared, draw, k, year) for p in arrangement.ordered]}
        for k, year in enumerate(book.years)
    ]


def _walked(provision: Provision, steps: list[Entry], book: Any, draw: int, k: int, year: int) -> dict[str, Any]:
    own = [entry for entry in steps if entry.provision.name == provision.name and entry.step.applies((year,))[0]]
    lines = dict.fromkeys(line for entry in own for line in entry.step.term.lines() if line in book)
    clauses = [
        {
            "number": number,
            "term": entry.step.word,
            "sentence": entry.step.term.sentence(),
            "amount_usd": _pick(entry.after, draw, k),
            "changed": _pick(entry.after, draw, k) != _pick(entry.before, draw, k),
        }
        for number, entry in enumerate(own, 1)
    ]
    return {
        "name": provision.name,
        "payer": provision.payer,
        "payee": provision.payee,
        "lines": {line: _pick(book[line], draw, k) for line in lines},
        "clauses": clauses,
        "transfer_usd": clauses[-1]["amount_usd"] if clauses else 0.0,
    }


def _pick(array: Any, draw: int, k: int) -> float:
    """The value of a draw and year, of an array that may be broadcast over either."""
    return float(array[draw if array.shape[0] > 1 else 0, k if array.shape[1] > 1 else 0]) + 0.0


def walk_text(name: str, draw: int, walk: list[dict[str, Any]]) -> str:
    """The walk through one draw for people."""
    text = [f"{name}, draw {draw}", ""]
    for year in walk:
        for provision in year["provisions"]:
            text.append(f"  {year['year']} {provision['name']}")
            text += [f"      {line:<44}{value:>22,.4f}" for line, value in provision["lines"].items()]
            for clause in provision["clauses"]:
                mark = "" if clause["changed"] else "  (unchanged)"
                text.append(f"  {clause['number']:>3}. {visible(clause['sentence'])}")
                text.append(f"      {'':<44}{clause['amount_usd']:>22,.2f}{mark}")
            text += [f"      {_transfer(provision)}", ""]
    return "\n".join(text)


def _transfer(provision: dict[str, Any]) -> str:
    amount = provision["transfer_usd"]
    if amount == 0:
        return "nobody pays anything"
    payer, payee = (provision["payer"], provision["payee"]) if amount > 0 else (provision["payee"], provision["payer"])
    return f"the {payer} pays the {payee} ${abs(amount):,.2f}"


def _plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
