"""Cash: when the money of a settlement moves between the parties, month by month, in every draw.

Each payment has one payer and one payee, so that in every draw and month the parties' cash sums to zero; over all
months it is the settlement. Month 0 is the first day of the first performance year, month 12 the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.outcomes.capital_spec import Advance, Capital, Instalments, Timing

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["OUTSIDE", "Payment", "Transfer", "account_payments", "cash", "flows", "payments", "transfers"]

Array = NDArray[np.float64]
Directions = Mapping[str, tuple[str, str]]
"""Who pays a positive amount of a provision and who receives it, by the provision's name."""

OUTSIDE = "outside"
"""Everybody who is no party of the contract."""


class Transfer(NamedTuple):
    """What a provision moves from its payer to its payee in each draw and year [USD]."""

    payer: str
    payee: str
    usd: Array


class Payment(NamedTuple):
    """Money that moves at a month; below zero it moves from the payee to the payer."""

    month: int
    payer: str
    payee: str
    usd: Array
    """By draw [USD]."""


def transfers(settlement: xr.Dataset, design: str, directions: Directions) -> dict[str, Transfer]:
    """What each provision of a design moves."""
    amounts = settlement["transfer_usd"].sel(design=design).transpose("provision", "draw", "year")
    names = [str(name) for name in settlement["provision"].values]
    return {
        name: Transfer(*directions[name], np.asarray(amounts.values[names.index(name)], dtype=np.float64))
        for name in names
        if name in directions
    }


def payments(moved: Mapping[str, Transfer], timing: Timing, *, first_month: int = 0) -> list[Payment]:
    """Every payment of a contract, in order of time.

    What instalments leave of a year is netted between two parties and paid at the lag of the one that owes it.

    :param first_month: the month at which the first year begins.
    """
    found: list[Payment] = []
    due: dict[tuple[str, str], Array] = {}
    for name, transfer in moved.items():
        rest = transfer.usd
        plan = (timing.paid or {}).get(name)
        if plan is not None:
            parts = _parts(transfer.usd, plan)
            rest = rest - len(plan.months) * parts
            found += _in_course(transfer, parts, plan)
        _owe(due, transfer, rest)
    settled = [payment for pair, owed in due.items() for payment in _reconciled(pair, owed, timing)]
    found += settled
    found += _advances(sorted(settled, key=lambda p: p.month), timing)
    return sorted((p._replace(month=p.month + first_month) for p in found), key=lambda p: p.month)


def _parts(usd: Array, plan: Instalments) -> Array:
    """One instalment of each year (draw or 1, year)."""
    of = usd.mean(axis=0, keepdims=True) if plan.amount == "expected" else usd
    return of * (plan.share / len(plan.months))


def _in_course(transfer: Transfer, parts: Array, plan: Instalments) -> list[Payment]:
    draws, years = transfer.usd.shape
    columns = [np.broadcast_to(parts[:, y], draws) for y in range(years)]
    return [
        Payment(12 * y + month, transfer.payer, transfer.payee, columns[y])
        for y in range(years)
        for month in plan.months
    ]


def _owe(due: dict[tuple[str, str], Array], transfer: Transfer, usd: Array) -> None:
    """Add what is still owed to what the two parties owe one another."""
    pair, sign = (transfer.payer, transfer.payee), 1.0
    if pair not in due and pair[::-1] in due:
        pair, sign = pair[::-1], -1.0
    due[pair] = due[pair] + sign * usd if pair in due else sign * usd


def _reconciled(pair: tuple[str, str], owed: Array, timing: Timing) -> Iterator[Payment]:
    """What is owed for each year, paid by whoever owes it at that party's lag."""
    payer, payee = pair
    early, late = timing.lag(payer), timing.lag(payee)
    for year in range(owed.shape[-1]):
        end = 12 * (year + 1)
        if early == late:
            yield Payment(end + early, payer, payee, owed[:, year])
            continue
        yield Payment(end + early, payer, payee, np.maximum(owed[:, year], 0.0))
        yield Payment(end + late, payer, payee, np.minimum(owed[:, year], 0.0))


def _advances(settled: Sequence[Payment], timing: Timing) -> Iterator[Payment]:
    """Advances paid, taken back out of what their payee is paid after each year, and the rest repaid with the last."""
    left: dict[tuple[int, str], Array] = {}
    for advance in timing.advances or ():
        balance: Array = np.full(settled[0].usd.shape if settled else (1,), float(advance.usd))
        yield Payment(advance.month, advance.payer, advance.payee, balance)
        for k, payment in enumerate(settled):
            earned = left.get((k, advance.payee), _earned(payment, advance))
            if payment.month >= advance.month:
                back = np.minimum(balance, earned)
                balance = balance - back
                left[k, advance.payee] = earned - back
                yield Payment(payment.month, advance.payee, advance.payer, back)
        last = max([advance.month, *(payment.month for payment in settled)])
        yield Payment(last, advance.payee, advance.payer, balance)


def _earned(payment: Payment, advance: Advance) -> Array:
    """What the payee of an advance is paid by its payer; nothing of what is paid between others."""
    if (payment.payer, payment.payee) == (advance.payer, advance.payee):
        return np.maximum(payment.usd, 0.0)
    if (payment.payee, payment.payer) == (advance.payer, advance.payee):
        return np.maximum(-payment.usd, 0.0)
    return np.zeros_like(payment.usd)


def account_payments(ledger: xr.Dataset, design: str, party: str, accounts: Sequence[str]) -> list[Payment]:
    """Accounts of a party's ledger as cash with the world outside, in twelve equal parts at the ends of the months."""
    if not accounts or party not in ledger["party"].values:
        return []
    kept = ledger["account_usd"].sel(design=design, party=party, account=list(accounts)).sum("account")
    monthly = np.asarray(kept.transpose("draw", "year").values, dtype=np.float64) / 12.0
    return [
        Payment(12 * y + month, OUTSIDE, party, monthly[:, y])
        for y in range(monthly.shape[-1])
        for month in range(1, 13)
    ]


def flows(paid: Sequence[Payment], party: str, draws: int) -> Iterator[tuple[int, Array]]:
    """What a party receives less what it pays, at each month at which anything moves, in order (draw,) [USD]."""
    at: dict[int, list[Payment]] = {}
    for payment in paid:
        if party in (payment.payer, payment.payee):
            at.setdefault(payment.month, []).append(payment)
    for month in sorted(at):
        flow = np.zeros(draws)
        for payment in at[month]:
            if payment.payee == party:
                flow += payment.usd
            else:
                flow -= payment.usd
        yield month, flow


def cash(
    settlement: xr.Dataset, directions: Mapping[str, Directions], capital: Capital, *, every: str = "month"
) -> xr.Dataset:
    """The cash of each party: ``cash_usd(design, party, draw, month)``, zero in sum over parties, and discount factors.

    It holds every draw at every month, which is large for many draws; the capital dataset holds what is told of it.

    :param directions: payer and payee of each provision, by design.
    :param every: ``quarter`` adds up the three months before each quarter's end, that month among them; cash at month 0
        stays there.
    """
    import xarray as xr

    designs = [str(name) for name in settlement["design"].values]
    parties = [str(name) for name in settlement["party"].values]
    paid = {d: payments(transfers(settlement, d, directions[d]), capital.timing(d)) for d in designs}
    step = 3 if every == "quarter" else 1
    last = max((p.month for found in paid.values() for p in found), default=0)
    months = list(range(0, -(-last // step) * step + 1, step))
    draws = settlement.sizes["draw"]
    usd = np.zeros((len(designs), len(parties), draws, len(months)))
    for d, design in enumerate(designs):
        for p, party in enumerate(parties):
            for month, flow in flows(paid[design], party, draws):
                usd[d, p, :, -(-month // step)] += flow
    variables: dict[str, Any] = {
        "cash_usd": (("design", "party", "draw", "month"), usd),
        "discount_factor": ("month", discount(capital.discount_rate, months)),
    }
    coords = {"design": designs, "party": parties, "draw": settlement["draw"].values, "month": months}
    dataset = xr.Dataset(variables, coords, dict(settlement.attrs))
    return label(dataset, {"": f"payments of the settlement by month; {capital.source}"})


def discount(rate: float, months: Sequence[int]) -> Array:
    """What a dollar at each month is worth at month 0."""
    return np.asarray((1.0 + rate) ** (-np.asarray(months, dtype=np.float64) / 12.0))
