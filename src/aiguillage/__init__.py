"""Tells a phone system where a caller goes."""

__version__ = "0.1.0"
