from .export import IR_VERSION as IR_VERSION
from .export import OPSET as OPSET
from .export import Graph as Graph
from .export import labels_of as labels_of
from .export import save_onnx as save_onnx
from .export import to_onnx as to_onnx
from .pipelines import register_converters as register_converters
