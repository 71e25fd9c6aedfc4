"""Other libraries' conventions, each behind its own extra."""
