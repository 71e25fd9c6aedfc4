"""What all pictures share: style, the drawing, numbers as a person reads them."""
