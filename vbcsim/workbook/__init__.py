"""Workbooks: the results of a run with one settlement in live formulas, and a scenario to be filled in."""
