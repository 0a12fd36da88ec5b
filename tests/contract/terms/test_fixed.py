"""Fixed payment: dollars, by year where they differ."""

from vbcsim.contract.terms.fixed import Fixed


def test_a_single_advance_is_paid_once(after):
    term = Fixed(usd={2024: 250_000.0, 2025: 0.0})
    assert after(term, [[0.0, 0.0, 1.0]], years=(2024, 2025, 2026)) == [[250_000.0, 0.0, 1.0]]
