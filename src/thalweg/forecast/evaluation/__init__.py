"""Models side by side at many cutoffs: what each would have forecast there, and how far off it would have been.

`thalweg.forecast.backtest` is a step of a fit: it refits one choice to calibrate it. This room is what a user asks for
by `thalweg backtest`: whole fits, single rungs and models from elsewhere. Each sees the past of a cutoff alone.
"""
