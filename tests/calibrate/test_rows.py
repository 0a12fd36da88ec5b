"""Rows of tables become values; a shipped table by its name; mistakes at their lines."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.rows import read_cells, read_services, table_path
from vbcsim.core.errors import BadInput


def test_a_shipped_table_by_name():
    assert next(s.category for s in read_services("vbcsim:medicare_services")) == "inpatient"
    with pytest.raises(
        BadInput, match='no table "medicare_service" comes with vbcsim; did you mean "medicare_services"'
    ):
        table_path("vbcsim:medicare_service")


def test_cells_with_relativities_by_category(tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text("cell,members,use.inpatient,price.inpatient\nyoung,10,0.5,1.2\nold,20,2,1\n", encoding="utf-8")
    young, old = read_cells(file)
    assert (young.use, young.price, old.members) == ({"inpatient": 0.5}, {"inpatient": 1.2}, 20)


def test_every_mistake_at_its_line(tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text("cell,members\nyoung,0\nold,many\n", encoding="utf-8")
    with pytest.raises(BadInput) as error:
        read_cells(file)
    places = [p.place for p in error.value.problems]
    assert places == [f"{file}:2 cohort.cells[young].members", f"{file}:3 cohort.cells[old].members"]
