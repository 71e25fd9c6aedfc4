"""Reading of many series from one source."""
