"""A folder of claims that is written once, and small files by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.calibrate.claims.written import Written, write_claims
from vbcsim.calibrate.claims.calibrated import Calibrated, calibrate_claims
from vbcsim.calibrate.claims.extract import Extract, read_claims

Put = Callable[..., Path]

ELIGIBILITY = "person_id,start_date,end_date,birth_date,sex,line_of_business\n"
MEDICAL = "claim_id,claim_line_number,person_id,service_date,paid_date,paid_amount,bill_type,revenue_code,pos,hcpcs\n"


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Written:
    """Claims of 1,200 simulated persons."""
    return write_claims(tmp_path_factory.mktemp("claims"), 1200)


@pytest.fixture(scope="session")
def extract(written) -> Extract:
    """The same, read."""
    return read_claims(written.folder, strata={"region": "state"})


@pytest.fixture(scope="session")
def calibrated(extract) -> Calibrated:
    """The same, calibrated with two risk tiers."""
    return calibrate_claims(extract, tiers=(0.8,))


@pytest.fixture
def put(tmp_path) -> Put:
    """``put(eligibility=..., medical_claim=...)`` writes small files; two usual members where none are given."""

    def write(eligibility: str | bytes | None = None, medical_claim: str | bytes | None = None, **more: bytes) -> Path:
        usual = "A,2022-01-01,2022-12-31,1980-05-05,F,commercial\nB,2022-01-01,2022-12-31,1975-05-05,M,commercial\n"
        files = {"eligibility": eligibility if eligibility is not None else usual, "medical_claim": medical_claim or ""}
        heads = {"eligibility": ELIGIBILITY, "medical_claim": MEDICAL}
        for name, rows in files.items():
            data = rows if isinstance(rows, bytes) else (heads[name] + rows).encode()
            (tmp_path / f"{name}.csv").write_bytes(data)
        for name, data in more.items():
            (tmp_path / name.replace("__", ".")).write_bytes(data)
        return tmp_path

    return write


@pytest.fixture
def months() -> str:
    """A claim of A in every month, so that the year is whole."""
    return "".join(f"M{k},1,A,2022-{k:02d}-10,2022-{k:02d}-20,100,,,11,99213\n" for k in range(1, 13))
