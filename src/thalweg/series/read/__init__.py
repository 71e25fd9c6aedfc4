"""Files, exports and frames to a `Series`, one file a source."""
