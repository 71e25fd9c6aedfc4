"""The backtest of many series: a fit of all of them at each cutoff, beside copies, means and models from elsewhere."""
