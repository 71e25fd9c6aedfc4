"""What several pictures share: their source, the rung that they fit, the example that they show."""
