"""Galibot: the assistant that answers residents about the renewal of the coalfield."""

__version__ = "0.1.0"
