"""Which values of the past lie outside the interval that was told for them one step before, from earlier values alone."""
