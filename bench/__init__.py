"""Measures aiguillage and compares it with the figures to keep: `python -m bench`, or `make bench`."""
