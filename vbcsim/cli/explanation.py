"""A contract in numbered sentences, and one draw of it step by step, as plain values and as text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from vbcsim.core.text import visible

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement, Provision, UsedParameter
    from vbcsim.contract.book import Book
    from vbcsim.contract.explained import ClauseTold, ProvisionTold
    from vbcsim.contract.settle import Entry

__all__ = ["sentences_of", "sentences_text", "walk_of", "walk_text"]

_WIDTH = 100
"""Characters of a line of text."""
_EXPRESSION = 46
"""Characters of an expression that fits beside its result."""


def sentences_of(arrangement: Arrangement, years: tuple[int, ...], members: str = "") -> dict[str, Any]:
    """An arrangement as sentences: the clauses in force in these years with the lines they read, and its figures.

    :param members: a sentence on whom it holds for; empty where for everybody.
    """
    from vbcsim.contract.explained import explained

    return {
        "title": arrangement.title,
        "members": members,
        "parties": list(arrangement.parties),
        "provisions": [_provision(told) for told in explained(arrangement, years)],
        "parameters": [_parameter(parameter) for parameter in arrangement.parameters],
        "unverified": list(arrangement.unverified),
    }


def _provision(told: ProvisionTold) -> dict[str, Any]:
    provision = told.provision
    clauses = [_clause(number, clause) for number, clause in enumerate(told.clauses, 1)]
    about = {key: said for key in ("note", "source") if (said := getattr(provision, key))}
    return {"name": provision.name, "payer": provision.payer, "payee": provision.payee, "clauses": clauses} | about


def _clause(number: int, told: ClauseTold) -> dict[str, Any]:
    from vbcsim.contract.arithmetic import formula_of

    step = told.step
    when = {"from": step.first, "to": step.last} if step.first or step.last else {}
    return {
        "number": number,
        "term": step.word,
        "sentence": told.sentence,
        "formula": formula_of(step.term, first=number == 1),
        "source": step.source or f"a clause as in {step.term.reference}",
        "lines": [
            {"name": line.name, "sentence": line.sentence, "formula": line.formula, "depth": line.depth}
            for line in told.lines
        ],
        **when,
        **({"note": step.note} if step.note else {}),
    }


def _parameter(used: UsedParameter) -> dict[str, Any]:
    from vbcsim.report.values import value_words

    return {
        "name": used.name,
        "value": _plain(used.value),
        "words": value_words(used.value, used.unit),
        "unit": used.unit,
        "definition": used.definition,
        "grade": used.grade,
        "source": used.source,
    }


def sentences_text(name: str, said: dict[str, Any], *, formulas: bool = True) -> str:
    """The sentences of a design for people."""
    text = [f"{name}: {visible(said['title'])}" if said["title"] else name, ""]
    text += [*_wrapped(visible(said["members"]), "  "), ""] if said["members"] else []
    for provision in said["provisions"]:
        text += _provision_text(provision, formulas=formulas)
    if not said["provisions"]:
        text += ["  No provision: nobody pays anything.", ""]
    elif formulas:
        text += ["  In formulas, amount is what the clause before left: savings where above zero, else losses.", ""]
    given = [p for p in said["parameters"] if p["grade"] == "given" and p["value"] is not None]
    stated = [p for p in said["parameters"] if p["grade"] != "given"]
    for heading, figures in (("Figures that this design states", given), ("Figures of the program", stated)):
        text += [f"  {heading}", *(line for p in figures for line in _figure_text(p)), ""] if figures else []
    return "\n".join(text)


def _provision_text(provision: dict[str, Any], *, formulas: bool) -> list[str]:
    text = [
        f"  {provision['name']}: the {provision['payer']} pays the {provision['payee']}; below zero, the reverse.",
        *([f"  {visible(provision['note'])}"] if "note" in provision else []),
    ]
    for clause in provision["clauses"]:
        text += _wrapped(f"{visible(clause['sentence'])}{_when(clause)}", f"  {clause['number']:>3}. ")
        text += _wrapped(visible(clause["note"]), "       Note: ") if "note" in clause else []
        text += _wrapped(f"{clause['formula']}", "       = ") if formulas else []
        text += _wrapped(visible(clause["source"]), "       [", end="]")
        for line in clause["lines"]:
            text += _wrapped(f"{line['name']}: {visible(line['sentence'])}", f"       {'  ' * line['depth']}- ")
    return [*text, ""]


def _figure_text(about: dict[str, Any]) -> list[str]:
    """A figure: its name in the file, its value, what it means, where it comes from and how firmly."""
    from vbcsim.report.termsheet import GRADES

    firm = "" if about["grade"] in ("given", "M") else f" ({GRADES[about['grade']]})"
    source = "" if about["grade"] == "given" else f" [{visible(about['source'])}{firm}]"
    meaning = f": {visible(about['definition'])}" if about["definition"] else ""
    return _wrapped(f"{about['name']} = {visible(about['words'])}{meaning}{source}", "    ")


def _wrapped(text: str, first: str, *, end: str = "") -> list[str]:
    """Lines of at most 100 characters, the later ones below the first one's text."""
    return textwrap.wrap(
        text + end, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False
    )


def _when(clause: dict[str, Any]) -> str:
    first, last = clause.get("from"), clause.get("to")
    if first and last:
        return f" ({first} to {last})"
    if first:
        return f" (from {first})"
    return f" (to {last})" if last else ""


def walk_of(book: Book, arrangement: Arrangement, draw: int) -> list[dict[str, Any]]:
    """One draw of a settlement, year by year: the lines read, the amount after every clause, the transfer."""
    from vbcsim.contract.settle import entries

    declared = book.declare(arrangement.lines)
    steps = list(entries(book, arrangement))
    return [
        {"year": year, "provisions": [_walked(p, steps, declared, draw, k, year) for p in arrangement.ordered]}
        for k, year in enumerate(book.years)
    ]


def _walked(provision: Provision, steps: list[Entry], book: Book, draw: int, k: int, year: int) -> dict[str, Any]:
    own = [entry for entry in steps if entry.provision.name == provision.name and entry.step.applies((year,))[0]]
    lines = dict.fromkeys(line for entry in own for line in entry.step.term.lines() if line in book)
    clauses = [_walked_clause(number, entry, book, draw, k) for number, entry in enumerate(own, 1)]
    return {
        "name": provision.name,
        "payer": provision.payer,
        "payee": provision.payee,
        "lines": {line: _pick(book[line], draw, k) for line in lines},
        "clauses": clauses,
        "transfer_usd": clauses[-1]["amount_usd"] if clauses else 0.0,
    }


def _walked_clause(number: int, entry: Entry, book: Book, draw: int, k: int) -> dict[str, Any]:
    from vbcsim.contract.arithmetic import worked
    from vbcsim.contract.explained import sentence_of

    before, after = _pick(entry.before, draw, k), _pick(entry.after, draw, k)
    done = worked(entry.step.term, before, book, draw, k)
    return {
        "number": number,
        "term": entry.step.word,
        "sentence": sentence_of(entry.step, first=number == 1),
        "arithmetic": done.expression if done else entry.step.term.formula,
        "because": list(done.because) if done else [],
        "amount_usd": after,
        "changed": after != before,
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
            text += [f"       {line:<48}{_told(value):>22}" for line, value in provision["lines"].items()]
            for clause in provision["clauses"]:
                text += _walked_text(clause)
            text += [f"       {_transfer(provision)}", ""]
    return "\n".join(text)


def _told(value: float) -> str:
    """A line's value: dollars to the cent, a rate or a score to nine digits."""
    return f"{value:,.2f}" if abs(value) >= 1000.0 else f"{value:.9g}"


def _walked_text(clause: dict[str, Any]) -> list[str]:
    """A clause, its arithmetic in numbers where there is any, and the amount after it."""
    text = _wrapped(visible(clause["sentence"]), f"  {clause['number']:>3}. ")
    because = f"as {' and '.join(clause['because'])}" if clause["because"] else ""
    mark = "" if clause["changed"] else "  (unchanged)"
    shown = "" if " " not in clause["arithmetic"] and not clause["changed"] else clause["arithmetic"]
    expression = ", ".join(part for part in (shown, because) if part)
    if clause["amount_usd"] == 0.0 and not clause["changed"]:
        expression = ""
    if len(expression) > _EXPRESSION:
        text += _wrapped(expression, "       ")
        expression = ""
    return [*text, f"       {expression:<48}{clause['amount_usd']:>22,.2f}{mark}"]


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
