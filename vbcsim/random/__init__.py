"""Addressed randomness: a random word is a function of what it is for, never of when it was asked for."""
