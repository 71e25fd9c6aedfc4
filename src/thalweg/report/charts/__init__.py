"""The charts of a forecast's findings, as the report and a notebook show them."""
