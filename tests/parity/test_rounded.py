"""Functions of float32 are the true value rounded, nearly always as PyTorch's own; float16 is computed in float32."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
import pytest

import compare
import minigrad
from compare import agree, bits

NUMBERS = np.abs(np.random.RandomState(0).randn(4000)).astype(np.float32)


@pytest.mark.parametrize("name", ["expm1", "log10"])
def test_every_number_is_the_true_value_rounded(name: str) -> None:
    true = getattr(np, name)(NUMBERS.astype(np.float64)).astype(np.float32)
    function = getattr(minigrad, name)
    assert np.array_equal(function(minigrad.from_numpy(NUMBERS)).numpy(), true)
    assert [function(minigrad.tensor(x)).item() for x in NUMBERS[:50].tolist()] == true[
        :50
    ].tolist()


def test_the_ends_of_the_range() -> None:
    x = minigrad.tensor([1000.0, -1000.0])
    assert minigrad.exp(x).tolist() == [float("inf"), 0.0]
    assert minigrad.exp(x[0]).item() == float("inf")
    assert np.isnan(minigrad.log(x[1]).item())
    assert minigrad.log(minigrad.tensor(0.0)).item() == -float("inf")


@pytest.mark.parametrize("name", ["sigmoid", "log1p", "log10"])
def test_nearly_all_are_those_of_pytorch(torch: Any, name: str) -> None:
    ours = getattr(minigrad, name)(minigrad.from_numpy(NUMBERS)).numpy()
    theirs = getattr(torch, name)(torch.from_numpy(NUMBERS)).numpy()
    assert np.mean(ours == theirs) > 0.9
    assert np.allclose(ours, theirs, rtol=3e-7)


@pytest.mark.parametrize("call", ["softplus(x)", "log_softmax(x, 1)"])
def test_nearly_all_gradients_are_those_of_pytorch(torch: Any, call: str) -> None:
    def gradients(library: Any) -> Any:
        x = library.tensor(NUMBERS.reshape(-1, 4), requires_grad=True)
        y = eval(f"F.{call}", {"F": library.nn.functional, "x": x})
        y.backward(x.detach())
        return x.grad.numpy()

    assert np.mean(gradients(minigrad) == gradients(torch)) > 0.85


CURVES = """
x ** 4
x ** 1.3
2 ** x
x ** y
torch.atan2(x, y)
F.binary_cross_entropy(x / 5, y / 5, reduction="none")
"""


@pytest.mark.parametrize("call", CURVES.strip().splitlines())
def test_nearly_all_results_and_gradients_are_those_of_pytorch(torch: Any, call: str) -> None:
    def found(library: Any) -> Any:
        x, y = [
            library.tensor(numbers, requires_grad=True)
            for numbers in (NUMBERS, NUMBERS[::-1].copy())
        ]
        z = eval(call, {"torch": library, "F": library.nn.functional, "x": x, "y": y})
        z.backward(x.detach())
        grads = [w.grad.numpy() for w in (x, y) if w.grad is not None]
        return np.concatenate([z.detach().numpy(), *grads])

    assert np.mean(found(minigrad) == found(torch)) > 0.92


EXACT = """
torch.lerp(x, y, 0.3)
torch.lerp(x, y, 0.7)
torch.lerp(x, y, y)
torch.addcmul(x, y, y, value=0.3)
torch.addcmul(x, y, y[-1:])
torch.addcdiv(x, y, y + 1, value=-0.3)
torch.add(x, y, alpha=-0.1)
torch.sub(x, y, alpha=0.3)
torch.sigmoid(x)
F.silu(x)
torch.exp(x)
torch.log(x)
torch.logsumexp(x, 0)
torch.autograd.grad(torch.logsumexp(x, 0), x)[0]
torch.sqrt(x)
x ** 0.5
torch.sin(x)
torch.cos(x * 50)
x ** -0.5
torch.autograd.grad((x ** 0.5).sum(), x)[0]
torch.autograd.grad((x ** 4).sum(), x)[0]
torch.autograd.grad(F.binary_cross_entropy(x / 5, y / 5), x)[0]
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("count", [1, 5, 70])
@pytest.mark.parametrize("call", EXACT.strip().splitlines())
def test_every_bit(call: str, count: int) -> None:
    numbers = NUMBERS[:count].tolist()
    start = f"x = torch.tensor({numbers}, requires_grad=True); y = x.detach().flip(0).clone()"
    agree(f"{start}; [v.hex() for v in ({call}).tolist()]")


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        ("softmax(x, 1)", 25),
        ("log_softmax(x, 1)", 25),
        ("log_softmax(x, 0)", 25),
        ("logsumexp(x, 1)", 100),
    ],
)
@pytest.mark.parametrize("width", [7, 32])
def test_what_sums_powers_has_pytorchs_exp_and_order(
    torch: Any, call: str, rows: int, width: int
) -> None:
    def computed(library: Any) -> Any:
        x = library.tensor(NUMBERS.reshape(-1, 40)[:rows, :width] * 2, requires_grad=True)
        y = eval(f"library.{call}", {"library": library, "x": x})
        y.backward(library.linspace(-0.5, 1, y.numel()).reshape(y.shape))
        return y.detach().numpy(), x.grad.numpy()

    # The order depends on how many numbers the processor takes at once.
    least = 0.96 if compare.is_processor_of_records() else 0.5
    for ours, theirs in zip(computed(minigrad), computed(torch), strict=True):
        assert np.mean(ours == theirs) >= least


VECTORS = """
torch.sigmoid(3 - x)
F.silu(3 - x)
F.logsigmoid(x - 2)
F.softplus(x - 2)
torch.log1p(x)
torch.exp(x * 20 - 30)
torch.log(x)
torch.sin(x * 30)
torch.cos(x)
torch.sqrt(x)
torch.log1p(x / -5)
torch.softmax(x.view(-1, 8), 1)
torch.log_softmax(x.view(-1, 8), 1)
torch.softmax(x.view(-1, 16), 0)
torch.softmax(x.view(2, -1, 16), 1)
F.elu(x - 2, 0.7)
F.gelu(x - 2, approximate="tanh")
F.binary_cross_entropy_with_logits(x - 2, y / 5, reduction="none")
"""


@pytest.mark.parametrize("call", VECTORS.strip().splitlines())
def test_vectors_have_the_exp_and_the_log_of_sleef(torch: Any, call: str) -> None:
    """Where PyTorch takes 32 numbers at once; of those left over it does not."""

    def found(library: Any) -> Any:
        x, y = [
            library.tensor(numbers, requires_grad=True) for numbers in NUMBERS.reshape(-1, 1000)[:2]
        ]
        z = eval(call, {"torch": library, "F": library.nn.functional, "x": x[:992], "y": y[:992]})
        z.backward(library.linspace(-0.5, 1, z.numel()).reshape(z.shape))
        return z.detach().numpy().reshape(-1), x.grad.numpy()

    least = 0.995 if "gelu" in call else 1
    least = least if compare.is_processor_of_records() else 0.5
    for ours, theirs in zip(found(minigrad), found(torch), strict=True):
        assert np.mean(ours == theirs) >= least


def test_binary_cross_entropy_has_the_logarithms_of_the_c_library(torch: Any) -> None:
    """glibc 2.41 has another log1p, which is true."""
    library, version = platform.libc_ver()
    is_known = library == "glibc" and [int(part) for part in version.split(".")] < [2, 41]
    spread = np.random.RandomState(0).standard_normal((2, 40_000)).astype(np.float32) * 4
    ends = np.float32([0, 1, 1e-45, 1e-30, 1 - 2**-24, 0.5, 0.75, 0.29289323, 0.2928932])
    x, y = np.concatenate([1 / (1 + np.exp(-spread)), [ends, ends]], 1)
    loss, theirs = [
        each.nn.functional.binary_cross_entropy(
            each.from_numpy(x), each.from_numpy(y), reduction="none"
        ).numpy()
        for each in (minigrad, torch)
    ]
    assert np.mean(loss == theirs) >= (0.9999 if is_known else 0.9)


def test_roots_of_numbers_of_every_beginning(torch: Any) -> None:
    """From 1 to 4 there are 8,192 beginnings of 12 digits, each with an entry of a table."""
    beginnings = np.arange(0x3F800000, 0x40800000, 1 << 11)
    rests = np.random.RandomState(0).randint(0, 1 << 11, (16, 8192))
    same = [
        minigrad.sqrt(minigrad.from_numpy(x)).numpy() == torch.sqrt(torch.from_numpy(x)).numpy()
        for x in (beginnings + rests).astype(np.int32).view(np.float32)
    ]
    assert np.mean(same) >= (1 if compare.is_processor_of_records() else 0.5)


@pytest.mark.parametrize(
    ("name", "span", "least"),
    [
        ("exp", 105, 1),
        ("sigmoid", 20, 1),
        ("log", 0, 1),
        ("sin", 100, 0.9999),
        ("cos", 100, 0.9999),
        ("tanh", 5, 0.9999),
        ("tanh", 0.1, 0.9999),
    ],
)
def test_nearly_every_bit_of_nearly_all_numbers(
    torch: Any, name: str, span: float, least: float
) -> None:
    """All positive numbers that there are, or those of a range."""
    draws = np.random.RandomState(0)
    kinds = draws.randint(0, 0x7F800000, (50, 8192)).astype(np.int32).view(np.float32)
    numbers = draws.uniform(-span, span, kinds.shape).astype(np.float32) if span else kinds
    same = [
        getattr(minigrad, name)(minigrad.from_numpy(x)).numpy()
        == getattr(torch, name)(torch.from_numpy(x)).numpy()
        for x in numbers
    ]
    assert np.mean(same) >= (least if compare.is_processor_of_records() else 0.5)


@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
def test_of_many_numbers_the_true_value_is_rounded(name: str) -> None:
    many = np.tile(NUMBERS, 33)
    true = getattr(np, name)(many.astype(np.float64)).astype(np.float32)
    assert np.array_equal(getattr(minigrad, name)(minigrad.from_numpy(many)).numpy(), true)


@pytest.mark.parametrize("name", ["sigmoid", "log1p", "exp", "log", "sqrt", "tanh"])
def test_many_numbers_are_taken_part_by_part(torch: Any, name: str) -> None:
    """Laid out as the columns of a matrix; 4 parts, the last of them short."""
    many = np.tile(NUMBERS, 7).reshape(40, 700)
    ours, theirs = (
        getattr(library, name)(library.from_numpy(many).t()) for library in (minigrad, torch)
    )
    assert ours.stride() == theirs.stride() == (1, 700)
    same = np.mean(ours.numpy() == theirs.numpy())
    assert same >= (0.9999 if compare.is_processor_of_records() else 0.5)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh"])
def test_one_number_has_the_bits_that_it_has_among_others(name: str) -> None:
    """A number, and the one element of an array, are computed by steps of their own."""
    function = getattr(minigrad, name)
    middles = NUMBERS[:200].tolist()
    ends = [
        *map(float, ENDS.split()),
        *[2.0**nr * (1 + i / 4) for nr in range(-4, 4) for i in range(4)],
    ]
    numbers = [*middles, *[-x for x in middles], *ends]
    many = [x.hex() for x in function(minigrad.tensor(numbers)).tolist()]
    assert [function(minigrad.tensor(x)).item().hex() for x in numbers] == many
    ones = [function(minigrad.tensor([[x]])) for x in numbers]
    assert [one.item().hex() for one in ones] == many
    assert {(one.shape, one.stride(), one.dtype) for one in ones} == {
        ((1, 1), (1, 1), minigrad.float32)
    }


ENDS = "inf nan 0 -0.0 -1 -1.5 88.5 89 -88.5 -89 -104 104 3e38 1e-40 -1e-40 1e-8 -1e-8"


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("name", ["sigmoid", "log1p", "exp", "log", "sin", "cos", "sqrt", "tanh"])
def test_the_ends_of_the_range_of_vectors(name: str) -> None:
    x = f"torch.tensor([float(end) for end in '{ENDS}'.split()] * 2)"
    agree(f"[v.hex() for v in torch.{name}({x}).tolist()]")


PARTS = """
t[:, 1:]
t[:, ::2]
t[:, :20]
t[:, 7]
t[::2]
t.T
t.expand(2, 40, 50)
t.view(5, 8, 50).transpose(0, 1)
t.view(5, 8, 50)[:, 1:, 2:].transpose(0, 1)
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("name", ["torch.sigmoid", "F.silu"])
@pytest.mark.parametrize("part", PARTS.strip().splitlines())
def test_every_bit_of_what_does_not_lie_side_by_side(part: str, name: str) -> None:
    bits(f"[{name}({part}) for t in random(40, 50)]")


@pytest.mark.usefixtures("recorded_elsewhere")
def test_every_bit_of_few_numbers() -> None:
    bits("[torch.stack([n.sigmoid() for n in t]) for t in random(3000)]")
    bits("[torch.stack([n.sigmoid() for n in t]) for t in random(100, 31)]")
    bits("[torch.stack([n.sigmoid() for n in t]) for t in random(1000, 33)]")


NORMS = """
F.layer_norm(x, x.shape[1:])
F.layer_norm(x, x.shape[1:], w, b)
F.layer_norm(x, x.shape[1:], w)
F.batch_norm(x, None, None, training=True)
F.batch_norm(x, m, v, w, b, training=True)
"""


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("shape", [(5, 3), (3, 8), (7, 21), (2, 100)])
@pytest.mark.parametrize("call", NORMS.strip().splitlines())
def test_every_bit_of_norms(call: str, shape: tuple[int, int]) -> None:
    count = shape[0] * shape[1]
    agree(
        f"x, g = (torch.tensor(n).reshape{shape} for n in ({NUMBERS[:count].tolist()}, "
        f"{NUMBERS[count : 2 * count].tolist()})); x.requires_grad_()\n"
        f"w, b, m, v = (torch.tensor(n) for n in {NUMBERS[: 4 * shape[1]].reshape(4, -1).tolist()})\n"
        f"w.requires_grad_(); b.requires_grad_(); y = {call}; y.backward(g)\n"
        "[[n.hex() for n in t.flatten().tolist()] for t in (y, x.grad, w.grad, b.grad) if t is not None]"
    )


def test_powers_that_are_nearly_nothing() -> None:
    for scores in ("0., -87., -90., -100., -float('inf')", "0., float('nan')"):
        agree(f"[p.hex() for p in torch.softmax(torch.tensor([{scores}]), 0).tolist()]", order=0)


@pytest.mark.usefixtures("recorded_elsewhere")
@pytest.mark.parametrize("shape", [(8, 3), (6, 3, 5, 5)], ids=str)
def test_batch_norm_has_one_factor_and_one_term_for_each_channel(shape: tuple[int, ...]) -> None:
    agree(
        f"""
        import numpy
        draw = lambda *shape: torch.from_numpy(numpy.random.RandomState(1).rand(*shape).astype("float32") + 0.5)
        x, mean, var = draw(*{shape}), draw(3) * 2, draw(3)
        y = F.batch_norm(x, mean, var, draw(3), mean - 1)
        F.batch_norm(draw(6, 3, 5, 5), mean, var, training=True, momentum=1.0)
        z = F.batch_norm(draw(4, 30, 2, 2) * 3, None, None, training=True)
        [number.hex() for t in (y, mean, z) for number in t.flatten().tolist()]
        """.replace("\n        ", "\n"),
        order=0,
    )


# In float16 steps of these sums would stop at 2048, and squares would be infinite.
HALVES = """
many.sum(), many.sum(0), many.t().sum(1), many.mean(0), many.cumsum(0)[-1], many.std(0), many.var(), many.prod(0)
many.norm(), large.norm(), large.norm(dim=1), torch.linalg.vector_norm(large), large.norm(1), large.var(), large.std(1)
many.softmax(0)[:2], many.logsumexp(0), large.log_softmax(1), many.float().sum(0, dtype=torch.float16)
many.sum(0, dtype=torch.float32).dtype, many.cumsum(0, dtype=torch.float32).dtype, many.float().dtype, many[0, 0].double().dtype
F.mse_loss(large, large * 0.5), F.l1_loss(many, many * 0), F.avg_pool2d(many.view(1, 1, 100, 100), 100)
F.linear(large / 300, large / 300, large[0, :3] / 7), torch.lerp(large, large * 2, 0.3), torch.addcmul(large, large, large, value=0.01)
many[:3] / 0.001, large / 7.3, 2.7 / large, large * 1.1, large - 0.3, large ** 0.5, large.sigmoid(), F.gelu(large / 300)
w = torch.ones(2, dtype=torch.half, requires_grad=True); (many * w).sum().backward(); w.grad
w = torch.ones(2, dtype=torch.half, requires_grad=True); ((many * w) ** 2).mean().backward(); w.grad
w = torch.ones(2, dtype=torch.half, requires_grad=True); (many * w).softmax(0).mul(many).sum().backward(); w.grad
m = nn.Linear(2, 3).half(); m(many).sum().backward(); m.bias.grad, m.weight.grad
large[:1, :3].expand(2, 2, 3).abs().stride(), large.t().sigmoid().stride()
"""


@pytest.mark.parametrize("line", HALVES.strip().splitlines())
def test_float16_is_rounded_at_the_end_of_an_operation(line: str) -> None:
    many = "many = torch.ones(5000, 2, dtype=torch.float16); large = torch.full((3, 4), 300., dtype=torch.float16); "
    agree(many + line, order=0)


def plain_softmax(scores: Any, dim: int) -> Any:
    powers = np.exp(scores - scores.max(dim, keepdims=True))
    return powers / powers.sum(dim, keepdims=True)


def plain_log_softmax(scores: Any, dim: int) -> Any:
    shifted = scores - scores.max(dim, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(dim, keepdims=True))


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize(
    ("name", "plain"), [("softmax", plain_softmax), ("log_softmax", plain_log_softmax)]
)
def test_sums_of_powers_are_added_in_the_order_of_pytorch(
    torch: Any, name: str, plain: Any, dim: int
) -> None:
    # PyTorch's last digits differ from processor to processor: more of ours are the same than of numpy's sums.
    scores = np.random.RandomState(0).randn(100, 27).astype(np.float32)
    ours = getattr(minigrad, name)(minigrad.from_numpy(scores), dim).numpy()
    theirs = getattr(torch, name)(torch.from_numpy(scores), dim).numpy()
    assert np.mean(ours == theirs) > np.mean(plain(scores, dim) == theirs)
