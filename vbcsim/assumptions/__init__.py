"""Assumptions: what members use, what it costs, how uncertain it is; every number with its unit and source."""
