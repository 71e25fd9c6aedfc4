"""A model in one file: written and read, and what it holds."""
