from .converters import register_converters as register_converters
from .export import save_onnx as save_onnx
from .export import to_onnx as to_onnx
from .graph import IR_VERSION as IR_VERSION
from .graph import OPSET as OPSET
from .graph import Graph as Graph
from .graph import labels_of as labels_of
