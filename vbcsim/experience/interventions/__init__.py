"""Interventions: programmes that change use, price, scores or measures, one file each; the file name is the word."""
