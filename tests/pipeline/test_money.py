"""Where the money of a finished run goes."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.outcomes.waterfall import CHANGES
from vbcsim.pipeline.money import effective_share, lead_party, waterfall


def test_the_waterfall_of_a_run_ends_at_its_settlement(small_run):
    for party in (None, "payer"):
        found = waterfall(small_run, party)
        net = small_run.settlement["net_usd"].sel(party=party or "provider").sum("year").mean("draw")
        changes = found["amount_usd"].where(np.isin(found["step_kind"], CHANGES), 0.0).sum("step")
        np.testing.assert_allclose(changes, net, rtol=0, atol=0.005)


def test_effective_shares_stand_below_the_headline(small_run):
    found = effective_share(small_run).sel(side="savings")
    assert found["headline_share"].values.tolist() == [pytest.approx(0.4), pytest.approx(0.5), pytest.approx(0.75)]
    assert (found["effective_share"] < found["headline_share"]).all()
    assert (found["effective_share_mcse"] > 0).all()


def test_the_lead_is_the_provider_where_it_is_paid(small_run):
    assert lead_party(small_run.settlement) == "provider"
    assert lead_party(small_run.settlement, "payer") == "payer"
    with pytest.raises(BadInput, match=r"reinsurer. is not in the run.*choose payer and provider"):
        lead_party(small_run.settlement, "reinsurer")
    idle = small_run.settlement.copy()
    idle["net_usd"] = idle["net_usd"].where(idle["party"] != "provider", 0.0)
    assert lead_party(idle) == "payer"
