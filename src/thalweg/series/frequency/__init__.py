"""The one home of the period: how far apart two values are, and every number and date that follows from it."""
