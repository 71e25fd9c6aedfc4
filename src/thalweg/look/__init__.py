"""Pictures only: each file a function from results to an Altair chart."""
