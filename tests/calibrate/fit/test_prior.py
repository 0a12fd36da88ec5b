"""What a fit is shrunk towards."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.fit.prior import BY_LINE, known_lines, prior_of
from vbcsim.calibrate.shipped import shipped_population
from vbcsim.core.errors import BadInput


def test_by_the_name_of_the_line():
    assert prior_of(BY_LINE, "Medicare") is shipped_population("medicare")
    assert prior_of(BY_LINE, "workers compensation") is None
    assert prior_of("vbcsim:commercial_services", "anything") is shipped_population("commercial")
    assert prior_of(None, "medicare") is None
    assert set(known_lines()) == {"commercial", "medicare", "medicaid", "dual"}


def test_an_unknown_name_is_told():
    with pytest.raises(BadInput, match="did you mean"):
        prior_of("comercial", "commercial")


def test_assumptions_give_the_rows_that_serve_the_line(truth):
    assumptions = truth._assumptions()
    own = truth.services[0].model_copy(update={"line_of_business": "dual", "utilization_per_1000": 7.0})
    changed = assumptions.model_copy(update={"services": (*assumptions.services, own)})
    found = prior_of(changed, "dual")
    assert found.categories == ("stay", "visit", "drug")
    assert found.services[0].utilization_per_1000 == 7.0
    assert prior_of(changed, "medicare").services[0].utilization_per_1000 == 150
