"""Making tensors: from values, by functions, by the legacy constructors. See `minigrad.errors`."""

from __future__ import annotations

import re
from typing import Any, cast

from minigrad.errors.operands import combination, type_of
from minigrad.errors.text import message, runtime_error, type_error

# --- tensors from values

COPY_OF_TENSOR = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor)."
)
LIST_OF_ARRAYS = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting "
    "the list to a single numpy.ndarray with numpy.array() before converting to a tensor."
)
NOT_WRITABLE = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
    "This means writing to this tensor will result in undefined behavior. You may want to copy "
    "the array to protect its data or make it writable before converting it to a tensor. This "
    "type of warning will be suppressed for the rest of this program."
)
UNSPECIFIED_GRAD = (
    "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. "
    "Pass requires_grad=False explicitly to get the old behavior and silence this warning."
)

ragged = message(ValueError, "expected sequence of length {} at dim {} (got {})")
foreign_byte_order = message(
    ValueError,
    "given numpy array has byte order different from the native byte order. Conversion between "
    "byte orders is currently not supported.",
)
array_with_negative_strides = message(
    ValueError,
    "At least one stride in the given numpy array is negative, and tensors with negative strides "
    "are not currently supported. (You can probably work around this by making a copy of your "
    "array  with array.copy().) ",
)
alias_of_sequence = message(ValueError, "can't alias arbitrary sequence into a tensor.")
alias_needs_copy = message(ValueError, "can't alias tensor with dtype '{}' into dtype '{}'.")


def invalid_data_type(value: Any) -> Exception:
    return TypeError(f"new(): invalid data type '{type(value).__name__}'")


def no_dtype_of(value: Any) -> Exception:
    return RuntimeError(f"Could not infer dtype of {type(value).__name__}")


def too_many_dimensions(value: Any) -> Exception:
    return ValueError(f"too many dimensions '{type(value).__name__}'")


def overflow(dtype: Any) -> Exception:
    return RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")


def no_array(value: Any) -> Exception:
    cls = cast("type[Any]", type(value))
    name = cls.__name__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"
    return TypeError(f"expected np.ndarray (got {name})")


# --- functions that make tensors

missing = type_error('{}() missing 1 required positional arguments: "{}"')
no_pinned_memory = runtime_error(
    "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is "
    "available on this system."
)
too_large = runtime_error("Storage size calculation overflowed with sizes={}")
dtype_of_out = runtime_error("dtype {} does not match dtype of out parameter ({})")
no_inference = runtime_error("upper bound and lower bound inconsistent with step sign")
unbounded_range = runtime_error("unsupported range: {:g} -> {:g}")
zero_step = runtime_error("step must be nonzero")
zero_integer_step = message(ValueError, "step must be nonzero")
negative_steps = runtime_error("number of steps must be non-negative")
negative_eye = runtime_error("{} must be greater or equal to 0, got {}")


def argument(
    caller: str, name: str, expected: str, value: Any, position: int | None = None
) -> Exception:
    where = "" if position is None else f" (position {position})"
    return TypeError(
        f"{caller}(): argument '{name}'{where} must be {expected}, not {type(value).__name__}"
    )


def size_element(caller: str, at: int, value: Any) -> Exception:
    kind = type(value).__name__
    if at == 0:
        return TypeError(
            f"{caller}(): argument 'size' (position 1) must be tuple of ints, but found element "
            f"of type {kind} at pos 0"
        )
    return TypeError(
        f"{caller}(): argument 'size' {_UNPACKING} pos {at + 1} with error "
        f'"type must be tuple of ints,but got {kind}"'
    )


_UNPACKING = "failed to unpack the object at"
_negative_size = runtime_error("Trying to create tensor with negative dimension {}: {}")


def negative_size(caller: str, length: int, shape: Any) -> Exception:
    if caller == "zeros":
        return RuntimeError("zeros: Dimension size must be non-negative.")
    return _negative_size(length, shape)


def scalar_overflow(dtype: Any) -> Exception:
    name = "int" if dtype.name == "int32" else f"{dtype.name}_t"
    return RuntimeError(f"value cannot be converted to type {name} without overflow")


def bounds_with_dimensions(caller: str, **bounds: Any) -> Exception:
    got = [f"{name} with {v.ndim} dimension(s)" for name, v in bounds.items() if hasattr(v, "ndim")]
    return RuntimeError(
        f"{caller} only supports 0-dimensional start and end tensors, but got {' and '.join(got)}."
    )


_OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False"
)
_OUT = f"Tensor out = None, {_OPTIONS}"
_LIKE = f"torch.memory_format memory_format = None, {_OPTIONS}"
_DRAW = ("torch.Generator generator, ", "")
_SPACED = [
    f"{start} start, {end} end, int steps, {{}}*, {_OUT}"
    for end in ("Tensor", "Number")
    for start in ("Tensor", "Number")
]
_DRAWN = "torch.Generator generator = None"
_FORMS = {
    "arange": [
        f"Number end, *, {_OUT}",
        f"Number start, Number end, *, {_OPTIONS}",
        f"Number start, Number end, Number step = 1, *, {_OUT}",
    ],
    "eye": [f"int n, *, {_OUT}", f"int n, int m, *, {_OUT}"],
    "linspace": [form.format("") for form in _SPACED],
    "logspace": [form.format("float base = 10.0, ") for form in _SPACED],
    "rand": [f"tuple of ints size, *, {draw}{_OUT}" for draw in _DRAW],
    "randint": [
        f"{bounds}, tuple of ints size, *, {draw}{_OUT}"
        for bounds in ("int high", "int low, int high")
        for draw in _DRAW
    ],
    "randperm": [f"int n, *, {draw}{_OUT}" for draw in _DRAW],
    "rand_like": [f"Tensor input, *, {draw}{_LIKE}" for draw in _DRAW],
    "randint_like": [
        f"Tensor input, {bounds}, *, {draw}{_LIKE}"
        for bounds in ("int low, int high", "Tensor high", "int high")
        for draw in _DRAW
    ],
    "normal": [
        f"Tensor mean, Tensor std, *, {_DRAWN}, Tensor out = None",
        f"Tensor mean, float std = 1, *, {_DRAWN}, Tensor out = None",
        f"float mean, Tensor std, *, {_DRAWN}, Tensor out = None",
        f"float mean, float std, tuple of ints size, *, {_DRAWN}, {_OUT}",
    ],
    "bernoulli": [
        f"Tensor input, *, {_DRAWN}, Tensor out = None",
        f"Tensor input, float p, *, {_DRAWN}",
    ],
}
"""The forms of the functions that have several, as PyTorch lists them."""


def unfitting(name: str, args: Any, kwargs: dict[str, Any], error: TypeError) -> Exception:
    """What PyTorch says of arguments in which Python, or a check of ours, found `error`.

    Where a function has several forms, PyTorch lists them, unless only one takes so many arguments.
    """
    text, possible = str(error), 0
    forms = _FORMS.get(name.replace("randn", "rand"), ())
    for form in forms:
        parameters = [p for p in form.split(", ") if p != "*"]
        needed = sum("=" not in p for p in parameters)
        possible += needed <= len(args) + len(kwargs) <= len(parameters)
    if forms and possible != 1 and _UNPACKING not in text:
        got = [type_of(v) for v in args] + [f"{k}={type_of(v)}" for k, v in kwargs.items()]
        return combination(name, ", ".join(got) + ", " * (not args and bool(kwargs)), *forms)
    absent = re.findall(r"'(\w+)'", text) if "() missing " in text else []
    if len(absent) == 1:
        return missing(name, absent[0])
    if absent:
        listed = ", ".join(f'"{a}"' for a in absent)
        return TypeError(f"{name}() missing {len(absent)} required positional argument: {listed}")
    text = re.sub(r"^[\w.<>]+\(\)", f"{name}()", text)
    return error if text == str(error) else TypeError(text)


def invalid_combination(caller: str, got: list[Any], *forms: str) -> Exception:
    return combination(caller, got, *forms)


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
