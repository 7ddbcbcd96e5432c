"""The five notebooks that this kit grew from, cell by cell: the same code, the same printed output.

Each runs on minigrad, and on PyTorch where it is installed. Addresses are written ``0x…``; of
numbers that the notebooks drew without a seed, what they must have in common is asserted instead.
"""

from __future__ import annotations

import importlib
import re
import warnings
from typing import Any

import pytest
from IPython.lib.pretty import pretty


class Shown:
    """What a cell printed or showed."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, *values: Any) -> None:
        """Print, as ``print`` does."""
        self.lines.append(" ".join(map(str, values)))

    def take(self) -> str:
        """Return what was printed since the last time."""
        text, self.lines = "\n".join(self.lines), []
        return re.sub(r"0x[0-9a-f]+", "0x…", text)


@pytest.fixture(params=["minigrad", "torch"])
def torch(request: pytest.FixtureRequest) -> Any:
    """The library that a cell imports."""
    if request.param == "torch":
        return pytest.importorskip("torch", reason="PyTorch is not installed: only minigrad ran")
    return importlib.import_module("minigrad")


@pytest.fixture
def nn(torch: Any) -> Any:
    return importlib.import_module(f"{torch.__name__}.nn")


@pytest.fixture
def autograd(torch: Any) -> Any:
    return importlib.import_module(f"{torch.__name__}.autograd")


@pytest.fixture
def show() -> Shown:
    return Shown()


def shown_by_ipython(value: Any) -> str:
    """What a notebook shows for the last expression of a cell."""
    return re.sub(r"0x[0-9a-f]+", "0x…", pretty(value))


# --- first notebook: sum().backward(), and custom Functions with a wrong derivative on purpose


def test_000_backward_of_a_sum(torch: Any, show: Shown) -> None:
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**2 - b**2
    Q.sum().backward()
    show(a.grad, b.grad)
    assert show.take() == "tensor([12., 18.]) tensor([-12.,  -8.])"


def test_000_backward_with_a_gradient(torch: Any, show: Shown) -> None:
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.tensor([6.0, 4.0], requires_grad=True)
    (3 * a**2 - b**2).backward(
        torch.tensor([1.0, 1.0])
    )  # the line that the notebook has commented out
    show(a.grad, b.grad)
    assert show.take() == "tensor([12., 18.]) tensor([-12.,  -8.])"


@pytest.mark.parametrize(
    ("derivative", "expected"), [("input", "tensor(14.4000)"), ("one", "tensor(6.)")]
)
def test_000_custom_function(torch: Any, show: Shown, derivative: str, expected: str) -> None:
    class fun1(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, input: Any) -> Any:
            ctx.save_for_backward(input)
            return input**2

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            (input,) = ctx.saved_tensors
            return grad_output * (input if derivative == "input" else 1)

    x = torch.tensor([12])
    k = torch.full((), 0.5, requires_grad=True)
    b = torch.full((), 0.7, requires_grad=True)
    c = torch.full((), 0.2, requires_grad=True)
    y = k * fun1.apply(c * x) + b
    y.backward()
    show(c.grad)
    assert show.take() == expected


# --- second notebook: Variable, writing into a tensor, retain_graph


def test_001_simple(torch: Any, autograd: Any, show: Shown) -> None:
    x = autograd.Variable(torch.FloatTensor([2]), requires_grad=True)
    z = (x + 2) ** 2 + 3
    show(z)
    assert show.take() == "tensor([19.], grad_fn=<AddBackward0>)"
    z.backward()
    show(x.grad)
    assert show.take() == "tensor([8.])"


def test_001_matrices(torch: Any, autograd: Any, show: Shown) -> None:
    x = autograd.Variable(torch.randn(10, 20), requires_grad=True)
    y = autograd.Variable(torch.randn(10, 5), requires_grad=True)
    w = autograd.Variable(torch.randn(20, 5), requires_grad=True)
    out = torch.mean(y - torch.matmul(x, w))
    show(out)
    assert re.fullmatch(r"tensor\(-?\d\.\d{4}, grad_fn=<MeanBackward0>\)", show.take())

    out.backward()
    # Every row of x meets the same weights: all rows of its gradient are equal; in w all columns. Equal but for
    # the last digit: a BLAS may sum the last rows in another order, and a printed digit can hang on it.
    assert x.grad.shape == (10, 20)
    assert torch.allclose(x.grad, -w.sum(dim=1).expand(10, 20) / 50, rtol=1e-5, atol=1e-7)
    assert torch.allclose(
        w.grad, -x.sum(dim=0).unsqueeze(1).expand(20, 5) / 50, rtol=1e-5, atol=1e-7
    )

    show(y.grad)
    row = "[0.0200, 0.0200, 0.0200, 0.0200, 0.0200]"
    assert show.take() == "tensor([" + ",\n        ".join([row] * 10) + "])"


def test_001_writing_into_a_tensor(torch: Any, autograd: Any, show: Shown) -> None:
    m = autograd.Variable(torch.FloatTensor([[2, 3]]), requires_grad=True)
    n = autograd.Variable(torch.zeros(1, 2))
    show(m)
    show(n)
    assert show.take() == "tensor([[2., 3.]], requires_grad=True)\ntensor([[0., 0.]])"

    n[0, 0] = m[0, 0] ** 2
    n[0, 1] = m[0, 1] ** 3
    show(n)
    assert show.take() == "tensor([[ 4., 27.]], grad_fn=<CopySlices>)"

    n.backward(torch.ones_like(n))
    show(m.grad)
    assert show.take() == "tensor([[ 4., 27.]])"


def test_001_backward_twice(torch: Any, autograd: Any, show: Shown) -> None:
    x = autograd.Variable(torch.FloatTensor([3]), requires_grad=True)
    y = x * 2 + x**2 + 3
    show(y)
    assert show.take() == "tensor([18.], grad_fn=<AddBackward0>)"
    y.backward(retain_graph=True)
    show(x.grad)
    y.backward()
    show(x.grad)
    assert show.take() == "tensor([8.])\ntensor([16.])"
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()  # the notebook says so in words


# --- third notebook: relu(w x + b) backward by hand, node by node


@pytest.fixture
def relu_graph(torch: Any) -> dict[str, Any]:
    b = torch.tensor(1.0, requires_grad=True)
    w = torch.tensor(2.0, requires_grad=True)
    x = torch.tensor(3.0)
    u = w * x
    v = u + b
    return {"b": b, "w": w, "x": x, "u": u, "v": v, "a": torch.relu(v)}


def test_002_backward(relu_graph: dict[str, Any], show: Shown) -> None:
    relu_graph["a"].backward()
    show(relu_graph["b"].grad)
    show(relu_graph["w"].grad)
    assert show.take() == "tensor(1.)\ntensor(3.)"


def test_002_grad_of_a_non_leaf(relu_graph: dict[str, Any]) -> None:
    relu_graph["a"].backward()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert relu_graph["u"].grad is None
    (warning,) = caught
    assert warning.category is UserWarning
    assert str(warning.message).startswith(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being"
    )
    assert (
        warning.filename == __file__
    )  # so that the notebook shows the line ``u.grad`` under the warning


def test_002_retain_grad(torch: Any, show: Shown) -> None:
    b = torch.tensor(1.0, requires_grad=True)
    w = torch.tensor(2.0, requires_grad=True)
    x = torch.tensor(3.0)
    u = w * x
    u.retain_grad()
    v = u + b
    v.retain_grad()
    a = torch.relu(v)
    a.backward()
    show("da/dv", v.grad)
    show("da/du", u.grad)
    show("da/db", b.grad)
    show("da/dw", w.grad)
    assert show.take() == "da/dv tensor(1.)\nda/du tensor(1.)\nda/db tensor(1.)\nda/dw tensor(3.)"


def test_002_by_hand(torch: Any, relu_graph: dict[str, Any], show: Shown) -> None:
    a, b, u, v, w = (relu_graph[name] for name in "abuvw")
    assert shown_by_ipython(a) == "tensor(7., grad_fn=<ReluBackward0>)"

    dv = a.grad_fn(torch.tensor(1.0))
    assert shown_by_ipython(dv) == "tensor(1., grad_fn=<ThresholdBackwardBackward0>)"

    show(a.grad_fn.next_functions)
    show(v.grad_fn)
    v_grad_fn = a.grad_fn.next_functions[0][0]
    du, db = v_grad_fn(dv)
    show(du, db)
    one = "tensor(1., grad_fn=<ThresholdBackwardBackward0>)"
    assert show.take() == (
        f"((<AddBackward0 object at 0x…>, 0),)\n<AddBackward0 object at 0x…>\n{one} {one}"
    )

    show(v_grad_fn.next_functions)
    u_grad_fn, b_grad_fn = (edge[0] for edge in v_grad_fn.next_functions)
    assert show.take() == "((<MulBackward0 object at 0x…>, 0), (<AccumulateGrad object at 0x…>, 0))"

    show(b.grad)
    b_grad_fn(db)
    show(b.grad)
    assert show.take() == "None\ntensor(1., grad_fn=<CopyBackwards>)"

    dw, dx = u_grad_fn(du)
    show(dw, dx)
    w_grad_fn, x_grad_fn = u.grad_fn.next_functions
    show(x_grad_fn[0])
    show(w_grad_fn[0])
    show(w.grad)
    w_grad_fn[0](dw)
    show(w.grad)
    assert show.take() == (
        "tensor(3., grad_fn=<MulBackward0>) None\nNone\n<AccumulateGrad object at 0x…>\nNone\n"
        "tensor(3., grad_fn=<CopyBackwards>)"
    )

    show(b.grad)
    show(w.grad)
    assert show.take() == "tensor(1., grad_fn=<CopyBackwards>)\ntensor(3., grad_fn=<CopyBackwards>)"


def test_002_square_module(torch: Any, nn: Any, show: Shown) -> None:
    class SquareFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, input: Any) -> Any:
            ctx.save_for_backward(input)
            return input**2

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            (input,) = ctx.saved_tensors
            return 2 * input * grad_output

    class MySquare(nn.Module):
        def forward(self, input: Any) -> Any:
            return SquareFunction.apply(input)

    model = MySquare()
    for number in (2.0, 1.0):
        x = torch.tensor(number, requires_grad=True)
        model(x).backward()
        show(x.grad)
    assert show.take() == "tensor(4.)\ntensor(2.)"

    y = model(torch.tensor(1.0, requires_grad=True))
    assert shown_by_ipython(y.grad_fn) == "<torch.autograd.function.SquareFunctionBackward at 0x…>"


def test_002_two_inputs(torch: Any, nn: Any) -> None:
    class SquareAddFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            ctx.save_for_backward(x, y)
            return x**2 + y**2

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            x, y = ctx.saved_tensors
            return 2 * x * grad_output, 2 * y * grad_output

    class SquareAdd(nn.Module):
        def forward(self, x: Any, y: Any) -> Any:
            return SquareAddFunction.apply(x, y)

    x = torch.tensor(3.0, requires_grad=True)
    y = torch.tensor(2.0, requires_grad=True)
    z = SquareAdd()(x, y)
    z.backward()
    assert (
        shown_by_ipython(z.grad_fn) == "<torch.autograd.function.SquareAddFunctionBackward at 0x…>"
    )
    assert shown_by_ipython(x.grad) == "tensor(6.)"
    assert shown_by_ipython(y.grad) == "tensor(4.)"


# --- fourth notebook: a vector, accumulation, detach, control flow, a small network


def test_003_vector(torch: Any) -> None:
    x: Any = torch.arange(4.0)
    assert shown_by_ipython(x) == "tensor([0., 1., 2., 3.])"
    x.requires_grad_(True)
    before = x.grad
    assert before is None

    y = 2 * torch.dot(x, x)
    assert shown_by_ipython(y) == "tensor(28., grad_fn=<MulBackward0>)"
    y.backward()
    assert shown_by_ipython(x.grad) == "tensor([ 0.,  4.,  8., 12.])"
    assert shown_by_ipython(x.grad == 4 * x) == "tensor([True, True, True, True])"

    x.grad.zero_()
    x.sum().backward()
    assert shown_by_ipython(x.grad) == "tensor([1., 1., 1., 1.])"
    x.grad.zero_()
    x.sum().backward()
    x.sum().backward()  # not zeroed between: it accumulates
    assert shown_by_ipython(x.grad) == "tensor([2., 2., 2., 2.])"

    x.grad.zero_()
    y = x * x
    y.sum().backward()
    assert shown_by_ipython(x.grad) == "tensor([0., 2., 4., 6.])"


def test_003_detach(torch: Any) -> None:
    x = torch.arange(4.0, requires_grad=True)
    y = x * x
    u = y.detach()
    z = u * x
    z.sum().backward()
    assert shown_by_ipython(x.grad == u) == "tensor([True, True, True, True])"
    x.grad.zero_()
    y.sum().backward()
    assert shown_by_ipython(x.grad == 2 * x) == "tensor([True, True, True, True])"


@pytest.mark.parametrize("seed", [0, 1, 4, 5])
def test_003_control_flow(torch: Any, seed: int) -> None:
    def f(a: Any) -> Any:
        b = a * 2
        while b.norm() < 1000:
            b = b * 2
        return b if b.sum() > 0 else 100 * b

    torch.manual_seed(
        seed
    )  # the notebook has no seed; 0 and 1 draw positive numbers, 4 and 5 negative ones
    a = torch.randn(size=(), requires_grad=True)
    d = f(a)
    d.backward()
    assert shown_by_ipython(a.grad == d / a) == "tensor(True)"


def test_003_network(torch: Any, show: Shown) -> None:
    torch.manual_seed(0)  # the notebook has no seed: what is asserted holds for any
    X = torch.randn(5, 3, requires_grad=True)
    W = torch.randn(4, 5, requires_grad=True)
    b = torch.randn(4, 1, requires_grad=True)
    Z = W @ X + b
    A = torch.sigmoid(Z)
    loss = A.mean()
    loss.backward()
    show("dL/dW:", W.grad)
    show("dL/db:", b.grad)
    number = r" ?-?\d\.\d{4}"
    matrix = r"tensor\(\[\[" + r"\],\n        \[".join([", ".join([number] * 5)] * 4) + r"\]\]\)"
    column = r"tensor\(\[\[" + r"\],\n        \[".join([number] * 4) + r"\]\]\)"
    assert re.fullmatch(f"dL/dW: {matrix}\ndL/db: {column}", show.take())
    slope = (A * (1 - A) / A.numel()).detach()
    assert torch.allclose(W.grad, slope @ X.detach().t())
    assert torch.allclose(b.grad, slope.sum(1, keepdim=True))


# --- fifth notebook: add and mul as functions, accumulation, a custom exp


def test_004_version(torch: Any) -> None:
    # The notebook shows '2.4.0+cu121'; both libraries here follow 2.13.
    assert isinstance(torch.__version__, str)
    assert re.fullmatch(r"2\.\d+\.\d+\+\w+", torch.__version__)


def test_004_functions(torch: Any, show: Shown) -> None:
    w = torch.tensor([1.0], requires_grad=True)
    x = torch.tensor([2.0], requires_grad=True)
    a = torch.add(w, x)
    b = torch.add(w, 1)
    y = torch.mul(a, b)
    show(x.grad_fn)
    show(a.grad_fn)
    y.backward()
    show(w.grad)
    assert show.take() == "None\n<AddBackward0 object at 0x…>\ntensor([5.])"

    w.sum().backward()
    show(w.grad)
    y3 = w.sum()
    w.grad.data.zero_()
    y3.backward()
    show(w.grad)
    assert show.take() == "tensor([6.])\ntensor([1.])"


def test_004_custom_exp(torch: Any, autograd: Any, show: Shown) -> None:
    class Exp(autograd.Function):
        @staticmethod
        def forward(ctx: Any, i: Any) -> Any:
            result = i.exp()
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            (result,) = ctx.saved_tensors
            return grad_output * result

    x = torch.tensor([1.0], requires_grad=True)
    ret = Exp.apply(x)
    show(ret)
    ret.backward()
    show(x.grad)
    assert show.take() == "tensor([2.7183], grad_fn=<ExpBackward>)\ntensor([2.7183])"
