"""Which values lie outside the interval that was told for them one step before, from earlier values alone."""
