"""The page of a small finished run."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def page(small_run) -> str:
    from vbcsim.explore.page import negotiation_page

    return negotiation_page(small_run)
