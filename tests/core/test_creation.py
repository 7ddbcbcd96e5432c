"""Making tensors and the public face of the package, where PyTorch is not the measure."""

from __future__ import annotations

import importlib.util
import io
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minigrad as torch
from minigrad import ops

# --- memory


def test_zero_dimensional_data_is_a_numpy_scalar() -> None:
    for made in (torch.tensor(1.5), torch.full((), 2.0), torch.zeros(()), torch.rand(())):
        assert type(made._data) is np.float32


def test_from_numpy_shares_memory() -> None:
    array = np.array([1.0, 2.0])
    shared, copied = torch.from_numpy(array), torch.tensor(array)
    array[0] = 5
    assert shared.tolist() == [5, 2]
    assert copied.tolist() == [1, 2]
    shared.fill_(7)
    assert array.tolist() == [7, 7]
    assert torch.as_tensor(array).numpy() is array


def test_read_only_array_warns() -> None:
    array = np.array([1.0])
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        torch.from_numpy(array)


def test_a_tensor_of_integers_that_is_to_require_grad_leaves_no_trace() -> None:
    t = torch.tensor([1, 2])
    with pytest.raises(RuntimeError):
        t.requires_grad_()
    assert not t.requires_grad


def test_a_refused_random_fill_draws_nothing() -> None:
    leaf = torch.zeros(2, requires_grad=True)
    torch.manual_seed(1)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        leaf.uniform_()
    after = torch.rand(2)
    torch.manual_seed(1)
    assert torch.rand(2).tolist() == after.tolist()


# --- files


@pytest.mark.parametrize(
    "args", [([1, 2], [3, 4]), ((2,), 3), (torch.ones(2), torch.ones(2)), (1, [2])]
)
def test_the_constructor_drops_no_second_argument(args: Any) -> None:
    with pytest.raises(TypeError):
        torch.Tensor(*args)
    assert torch.Tensor(torch.tensor(2), 3).shape == (2, 3)


def test_load_refuses_what_could_run_code() -> None:
    file = io.BytesIO(pickle.dumps({"a": torch.ones(1), "b": Path()}))
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        torch.load(file)
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        torch.load(file, weights_only=None)  # pyright: ignore[reportArgumentType]
    file.seek(0)
    assert torch.load(file, weights_only=False)["b"] == Path()


def test_save_and_load_a_path(tmp_path: Path) -> None:
    torch.save([torch.arange(3), torch.float64], tmp_path / "t.pt")
    numbers, dtype = torch.load(tmp_path / "t.pt")
    assert numbers.tolist() == [0, 1, 2]
    assert dtype is torch.float64


# --- the face of the package


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match=r"^module 'torch' has no attribute 'foo'$"):
        _ = torch.foo  # pyright: ignore[reportAttributeAccessIssue]


def test_every_module_of_operations_is_imported() -> None:
    there = {f"minigrad.ops.{module.name}" for module in pkgutil.iter_modules(ops.__path__)}
    program = (
        "import minigrad.ops.out, minigrad.nn, sys; "
        "print(*[m for m in sys.modules if m.startswith('minigrad.ops.')])"
    )
    assert set(_output(program).split()) == there


def test_import_needs_numpy_and_the_standard_library_alone() -> None:
    program = (
        "import numpy, sys; before = set(sys.modules); import minigrad; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    )
    loaded = {name for name in _output(program).split() if "cython" not in name}  # numpy.random's
    assert loaded <= {"minigrad", "numpy", *sys.stdlib_module_names}


def test_stub_is_up_to_date() -> None:
    path = Path(__file__).parent.parent / "write_stub.py"
    spec = importlib.util.spec_from_file_location("write_stub", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = module.SOURCE.with_suffix(".pyi").read_text(encoding="utf-8")
    assert written == module.stub(), "run: python tests/write_stub.py"


def _output(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout
