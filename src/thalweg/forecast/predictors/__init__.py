"""What predicts: copies, seasonal means, lines, networks and their means, behind one interface (`predictors.base`)."""
