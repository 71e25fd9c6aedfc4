"""What shows how learning works: both passes number by number, networks made by hand, error surfaces, attributions."""
