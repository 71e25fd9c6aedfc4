"""Examples, and what makes them out of tables, frames, files and streams."""
