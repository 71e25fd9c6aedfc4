"""What a network sees: blocks of features, one file each. `features.sets` says which rung has which."""
