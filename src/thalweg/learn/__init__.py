"""The three steps: a function with unknowns, a loss, gradient descent."""
