"""Many series at once: one network over all of them, what each one's own values say, and the better of both."""
