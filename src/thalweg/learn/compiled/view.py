"""Views into arrays that take a few instructions, because slices and reshapes of NumPy cost more than a small layer."""

# Numba infers all types:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

FLAG = ir.IntType(32)
CACHE_LINE = 64


def _viewed(context, builder, signature, array, at, shape):
    """Return an array of the type in the signature: the numbers of `array` from place `at` on, in this shape."""
    flat = context.make_array(signature.args[0])(context, builder, array)
    view = context.make_array(signature.return_type)(context, builder)
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype)))
    strides = [size] if len(shape) == 1 else [builder.mul(shape[1], size), size]
    context.populate_array(
        view,
        data=builder.gep(flat.data, [at]),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=size,
        meminfo=None,  # not reference-counted: the caller keeps the flat array for as long as the view lives
    )
    return view._getvalue()  # noqa: SLF001 - as Numba's own code has it


@intrinsic
def vector(_typing, flat, at, size):  # noqa: ARG001 - Numba reads the names
    """View `size` numbers of `flat` from place `at` on."""

    def build(context, builder, signature, arguments):
        return _viewed(context, builder, signature, arguments[0], arguments[1], arguments[2:])

    return types.Array(flat.dtype, 1, "C")(flat, types.intp, types.intp), build


@intrinsic
def matrix(_typing, flat, at, rows, columns):  # noqa: ARG001 - likewise
    """View ``rows · columns`` numbers of `flat` from place `at` on as a matrix."""

    def build(context, builder, signature, arguments):
        return _viewed(context, builder, signature, arguments[0], arguments[1], arguments[2:])

    return types.Array(flat.dtype, 2, "C")(flat, types.intp, types.intp, types.intp), build


@intrinsic
def flattened(_typing, whole):
    """View a matrix, C-contiguous, as a vector."""

    def build(context, builder, signature, arguments):
        shape = context.make_array(whole)(context, builder, arguments[0]).shape
        size = builder.mul(*cgutils.unpack_tuple(builder, shape, 2))
        return _viewed(context, builder, signature, arguments[0], context.get_constant(types.intp, 0), [size])

    return types.Array(whole.dtype, 1, "C")(whole), build


@intrinsic
def fetch_ahead(_typing, whole, row):  # noqa: ARG001 - likewise
    """Prefetch a row of a matrix, C-contiguous; nothing else changes."""

    def build(context, builder, _signature, arguments):
        array = context.make_array(whole)(context, builder, arguments[0])
        columns = builder.extract_value(array.shape, 1)
        first = builder.gep(array.data, [builder.mul(arguments[1], columns)])
        first = builder.bitcast(first, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [first.type, FLAG, FLAG, FLAG])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        size = builder.mul(columns, array.itemsize)
        with cgutils.for_range_slice(builder, size.type(0), size, size.type(CACHE_LINE)) as (offset, _):
            builder.call(fetch, [builder.gep(first, [offset]), FLAG(0), FLAG(2), FLAG(1)])  # to read; soon; data

    return types.void(whole, types.intp), build
