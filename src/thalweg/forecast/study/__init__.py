"""One question each, put to the user's days: what is fitted for it, and the numbers that answer it.

``thalweg look`` draws them. A study that is given no days takes the lecture's toy, or a simulated channel. Unseen days
are those of validation: the sealed test stays sealed, however often one looks.
"""
