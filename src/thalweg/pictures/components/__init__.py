"""The picture `components`: its options, its study, its chart, and its words in English and Chinese."""
