"""Days and numbers: reading, checking, splitting and scaling daily series. Knows nothing of learning."""
