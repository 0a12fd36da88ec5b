"""Forecasts of a year that was published later, from the year before alone, and how good they were."""
