"""A spreadsheet's arithmetic for tests: works out the formulas of a written workbook without their saved values.

Written from the definition of the formulas used (numbers, cells, ranges, names, + - * /, comparisons and a few
functions), with nothing of the program that writes them.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:E[-+]?\d+)?|\.\d+)|(?P<text>"(?:[^"]|"")*")
    |(?P<place>(?:'(?:[^']|'')+'!|[A-Za-z_][\w.]*!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?![\w(])
    |(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|[-+*/(),=<>&]))""",
    re.VERBOSE,
)


class Workbook:
    """Cells of every sheet: a number, a text, yes or no, or a formula; and what a formula was saved with."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        book = ElementTree.fromstring(self.parts["xl/workbook.xml"])
        links = ElementTree.fromstring(self.parts["xl/_rels/workbook.xml.rels"])
        target = {link.get("Id"): f"xl/{link.get('Target')}" for link in links}
        self.names = {n.get("name"): n.text for n in book.iter(f"{MAIN}definedName")}
        shared = self.parts.get("xl/sharedStrings.xml")
        self.strings = (
            [
                "".join(t.text or "" for t in item.iter(f"{MAIN}t"))
                for item in ElementTree.fromstring(shared).iter(f"{MAIN}si")
            ]
            if shared
            else []
        )
        self.values: dict[tuple[str, str], object] = {}
        self.formulas: dict[tuple[str, str], str] = {}
        self.sheets = []
        for sheet in book.iter(f"{MAIN}sheet"):
            self.sheets.append(sheet.get("name"))
            self._read(sheet.get("name"), self.parts[target[sheet.get(RELATED)]])
        self.known: dict[tuple[str, str], object] = {}

    def _read(self, sheet, content):
        for cell in ElementTree.fromstring(content).iter(f"{MAIN}c"):
            value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
            place = (sheet, cell.get("r"))
            if formula is not None:
                self.formulas[place] = formula.text
            if value is not None:
                kind = cell.get("t", "n")
                self.values[place] = (
                    self.strings[int(value.text)]
                    if kind == "s"
                    else value.text
                    if kind == "str"
                    else value.text == "1"
                    if kind == "b"
                    else float(value.text)
                )

    def cell(self, sheet, name):
        """The value of a cell, its formula worked out."""
        place = (sheet, name.replace("$", ""))
        if place not in self.formulas:
            return self.values.get(place)
        if place not in self.known:
            self.known[place] = _Formula(self, sheet, self.formulas[place]).value()
        return self.known[place]

    def block(self, sheet, text):
        """The values of a cell or a range."""
        if "!" in text:
            sheet, _, text = text.rpartition("!")
            sheet = sheet.strip("'").replace("''", "'")
        first, _, last = text.replace("$", "").partition(":")
        (c1, r1), (c2, r2) = _split(first), _split(last or first)
        return [self.cell(sheet, f"{_letters(c)}{r}") for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)]


class _Formula:
    """One formula, worked out from left to right by how tightly its signs bind."""

    def __init__(self, book, sheet, text):
        self.book, self.sheet, self.tokens, at = book, sheet, [], 0
        text = text.removeprefix("=")
        while at < len(text):
            found = TOKEN.match(text, at)
            assert found, f"{text!r} at {at}"
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.at = 0

    def value(self):
        found = self.compared()
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return found

    def sign(self, *signs):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def compared(self):
        left = self.joined()
        while sign := self.sign("<=", ">=", "<>", "=", "<", ">"):
            right = self.joined()
            left = {
                "<=": lambda a, b: a <= b,
                ">=": lambda a, b: a >= b,
                "<>": lambda a, b: a != b,
                "=": lambda a, b: a == b,
                "<": lambda a, b: a < b,
                ">": lambda a, b: a > b,
            }[sign](left, right)
        return left

    def joined(self):
        left = self.summed()
        while self.sign("&"):
            left = f"{left}{self.summed()}"
        return left

    def summed(self):
        left = self.multiplied()
        while sign := self.sign("+", "-"):
            right = self.multiplied()
            left = _number(left) + _number(right) if sign == "+" else _number(left) - _number(right)
        return left

    def multiplied(self):
        left = self.signed()
        while sign := self.sign("*", "/"):
            right = self.signed()
            left = _number(left) * _number(right) if sign == "*" else _number(left) / _number(right)
        return left

    def signed(self):
        if sign := self.sign("-", "+"):
            return -_number(self.signed()) if sign == "-" else self.signed()
        return self.atom()

    def atom(self):
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text)
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "place":
            (found,) = self.book.block(self.sheet, text)
            return found
        if kind == "word":
            if self.sign("("):
                return self.called(text)
            return self.book.block(self.sheet, self.book.names[text])[0]
        assert text == "("
        found = self.compared()
        assert self.sign(")")
        return found

    def called(self, name):
        arguments = []
        while not self.sign(")"):
            arguments.append(self.argument())
            self.sign(",")
        flat = [v for a in arguments for v in (a if isinstance(a, list) else [a])]
        numbers = [_number(v) for v in flat if isinstance(v, (int, float))]
        if name == "COUNTIF":
            return float(sum(value == arguments[1] for value in arguments[0]))
        if name == "IF":
            return arguments[1] if arguments[0] else arguments[2]
        return {
            "MIN": lambda: min(numbers, default=0.0),
            "MAX": lambda: max(numbers, default=0.0),
            "SUM": lambda: math.fsum(numbers),
            "AVERAGE": lambda: math.fsum(numbers) / len(numbers),
            "ABS": lambda: abs(numbers[0]),
            "SQRT": lambda: math.sqrt(numbers[0]),
            "AND": lambda: all(flat),
            "OR": lambda: any(flat),
            "NOT": lambda: not flat[0],
            "COUNT": lambda: float(len(numbers)),
        }[name]()

    def argument(self):
        kind, text = self.tokens[self.at]
        alone = self.tokens[self.at + 1][1] in (",", ")")
        if kind == "place" and ":" in text and alone:
            self.at += 1
            return self.book.block(self.sheet, text)
        if kind == "word" and alone and text in self.book.names:
            self.at += 1
            return self.book.block(self.sheet, self.book.names[text])
        return self.compared()


def _number(value):
    return 0.0 if value is None else float(value)


def _split(name):
    letters = name.rstrip("0123456789")
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - 64
    return index, int(name[len(letters) :])


def _letters(index):
    found = ""
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found
