"""Ways to run descents: many side by side, over a stream, in search of a learning rate, with a record."""
