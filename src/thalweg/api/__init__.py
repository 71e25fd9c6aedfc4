"""What a Python user holds: the result of a fit, a picture, and how both show themselves in a notebook."""
