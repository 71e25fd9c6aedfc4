"""Interfaces in the conventions of other libraries, each with an extra of its own."""
