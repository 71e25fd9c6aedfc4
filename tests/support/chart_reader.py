"""Draw a chart, and read the data of its layers, whether it stands as records or as CSV text."""

import csv
import io

import vl_convert

from thalweg.charts.style import VEGA_LITE


def svg_of(chart):
    """Draw an Altair chart as SVG; Altair checks it first."""
    return vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE)


def layers(spec):
    """All layers of a chart's dict, nested ones in a row."""
    for layer in spec["layer"]:
        if "layer" in layer:
            yield from layers(layer)
        else:
            yield layer


def rows(spec, layer):
    """The rows of a layer's data as dicts; cells of CSV are strings, empty where there is a gap."""
    data = layer.get("data", spec.get("data"))
    values = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return list(csv.DictReader(io.StringIO(values))) if isinstance(values, str) else values


def marked(spec, mark, **fields):
    """The layers of a mark type whose channels use these fields."""
    return [
        layer
        for layer in layers(spec)
        if layer["mark"]["type"] == mark
        and all(layer["encoding"].get(channel, {}).get("field") == field for channel, field in fields.items())
    ]
