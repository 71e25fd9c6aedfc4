"""The ladder of models, the choice among them, intervals, backtests and the forecaster."""
