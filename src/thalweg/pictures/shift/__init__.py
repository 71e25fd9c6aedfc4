"""The picture `shift`: its options, its study, its chart, and its words in English and Chinese."""
