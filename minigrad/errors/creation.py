"""Making tensors: from values, by functions, by the legacy constructors. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any, cast

from minigrad.dtypes import from_numpy
from minigrad.errors.text import brackets, kind

# --- tensors from values


def invalid_data_type(value: Any) -> Exception:
    return TypeError(f"new(): invalid data type '{type(value).__name__}'")


def no_dtype_of(value: Any) -> Exception:
    return RuntimeError(f"Could not infer dtype of {type(value).__name__}")


def too_many_dimensions(value: Any) -> Exception:
    return ValueError(f"too many dimensions '{type(value).__name__}'")


def ragged(expected: int, dim: int, got: int) -> Exception:
    return ValueError(f"expected sequence of length {expected} at dim {dim} (got {got})")


def overflow(dtype: Any) -> Exception:
    return RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")


def foreign_byte_order() -> Exception:
    return ValueError(
        "given numpy array has byte order different from the native byte order. Conversion "
        "between byte orders is "
        "currently not supported."
    )


def array_with_negative_strides() -> Exception:
    return ValueError(
        "At least one stride in the given numpy array is negative, and tensors with negative "
        "strides are not "
        "currently supported. (You can probably work around this by making a copy of your array  "
        "with array.copy().) "
    )


# --- functions that make tensors


def argument(
    caller: str, name: str, expected: str, value: Any, position: int | None = None
) -> Exception:
    where = "" if position is None else f" (position {position})"
    return TypeError(
        f"{caller}(): argument '{name}'{where} must be {expected}, not {type(value).__name__}"
    )


def missing(caller: str, name: str) -> Exception:
    return TypeError(f'{caller}() missing 1 required positional arguments: "{name}"')


def size_element(caller: str, at: int, value: Any) -> Exception:
    kind = type(value).__name__
    if at == 0:
        return TypeError(
            f"{caller}(): argument 'size' (position 1) must be tuple of ints, but found element "
            f"of type {kind} at pos 0"
        )
    return TypeError(
        f"{caller}(): argument 'size' failed to unpack the object at pos {at + 1} with error "
        f'"type must be tuple of ints,but got {kind}"'
    )


def negative_size(caller: str, length: int, shape: Any) -> Exception:
    if caller == "zeros":
        return RuntimeError("zeros: Dimension size must be non-negative.")
    return RuntimeError(
        f"Trying to create tensor with negative dimension {length}: {brackets(shape)}"
    )


def too_large(shape: Any) -> Exception:
    return RuntimeError(f"Storage size calculation overflowed with sizes={brackets(shape)}")


def dtype_of_out(dtype: Any, out: Any) -> Exception:
    return RuntimeError(
        f"dtype {from_numpy(dtype).kind} does not match dtype of out parameter ({kind(out)})"
    )


def scalar_overflow(dtype: Any) -> Exception:
    names = {
        "uint8": "uint8_t",
        "int8": "int8_t",
        "int16": "int16_t",
        "int32": "int",
        "int64": "int64_t",
    }
    return RuntimeError(f"value cannot be converted to type {names[dtype.name]} without overflow")


def no_array(value: Any) -> Exception:
    cls = cast("type[Any]", type(value))
    name = cls.__name__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"
    return TypeError(f"expected np.ndarray (got {name})")


def alias_of_sequence() -> Exception:
    return ValueError("can't alias arbitrary sequence into a tensor.")


def alias_needs_copy() -> Exception:
    return ValueError("can't alias tensor with dtype or device that has to change.")


def no_inference() -> Exception:
    return RuntimeError("upper bound and lower bound inconsistent with step sign")


def zero_step() -> Exception:
    return RuntimeError("step must be nonzero")


def unbounded_range(start: Any, end: Any) -> Exception:
    return RuntimeError(f"unsupported range: {start:g} -> {end:g}")


def negative_steps() -> Exception:
    return RuntimeError("number of steps must be non-negative")


def negative_eye(name: str, value: int) -> Exception:
    return RuntimeError(f"{name} must be greater or equal to 0, got {value}")


def invalid_combination(caller: str, got: list[Any], *signatures: str) -> Exception:
    kinds = ", ".join(type(value).__name__ for value in got)
    one_of = "one of:" if len(signatures) > 1 else "".join(signatures)
    text = (
        f"{caller}() received an invalid combination of arguments - got ({kinds}), "
        f"but expected {one_of}"
    )
    if len(signatures) > 1:
        text += "".join(f"\n * {signature}" for signature in signatures) + "\n"
    return TypeError(text)


# --- legacy constructors


def legacy_needs_sequence(value: Any) -> Exception:
    return TypeError(f"new(): data must be a sequence (got {type(value).__name__})")


def legacy_dtype(expected: Any, got: Any) -> Exception:
    names = {
        "float64": "double", "float32": "float", "float16": "c10::Half", "int64": "long int",
        "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
        "bool": "bool",
    }  # fmt: skip
    rest = (
        "device=cpu, layout=Strided, requires_grad=false (default), pinned_memory=false (default), "
        "memory_format=(nullopt)"
    )
    return TypeError(
        f"expected TensorOptions(dtype={names[expected.name]}, {rest}) "
        f"(got TensorOptions(dtype={names[got.name]}, {rest}))"
    )
