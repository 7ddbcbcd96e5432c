"""Sums are PyTorch's to the last bit: the order of the additions is the same."""

from __future__ import annotations

import pytest

from compare import agree

SHAPES = [
    *[(n,) for n in (1, 5, 7, 8, 9, 31, 33, 63, 100, 128, 500, 513, 1000, 4096, 20000)],
    (3, 5), (4, 100), (100, 4), (33, 40), (200, 10), (1000, 7), (300, 1), (9, 1), (32, 64), (6, 8, 30),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_last_bit(shape: tuple[int, ...], dtype: str) -> None:
    dims = [
        [0],
        [-1],
        list(range(len(shape))),
        *([list(range(len(shape) - 1))] if len(shape) > 1 else []),
    ]
    agree(
        f"""
        import numpy
        x = torch.from_numpy(numpy.random.RandomState(1).randn(*{shape}).astype("{dtype}"))
        y = torch.ones({shape[1:]}, dtype=x.dtype, requires_grad=True)
        (x + y).backward(x)
        sums = [x.sum({dims}[0]), *[x.sum(dim) for dim in {dims}], x.sum(), x.mean(), y.grad]
        [number.hex() for s in sums for number in s.flatten().tolist()]
        """.replace("\n        ", "\n")
    )


LAID_OUT = """
(8, 40): x.t(), 0 1 (0,1)
(9, 7): x.t(), 0 1 (0,1)
(8, 40): x[:, ::2], 0 1 (0,1)
(40, 9): x[::3], 0 1 (0,1)
(4, 5, 6): x, 1 (0,2)
(4, 50, 6): x, 1 (0,2) (1,2)
(7, 3, 60): x, 1 (0,2)
(3, 33, 40): x.permute(1, 2, 0), 0 1 2 (0,1) (0,2) (1,2) (0,1,2)
(2, 3, 4, 5): x, (0,2) (1,3) (0,2,3) (0,3)
(4, 5, 6, 7): x.transpose(1, 2), (0,2) (1,3) (0,2,3)
(6, 1, 50): x, 0 1 (0,1) (1,2)
(5, 40): x.expand(3, 5, 40), 0 1 2
(300, 200): x, 0 1
"""


@pytest.mark.parametrize("line", LAID_OUT.strip().splitlines())
def test_the_last_bit_however_it_lies_in_memory(line: str) -> None:
    shape, _, (source, _, dims) = (
        *line.partition(": ")[:2],
        line.partition(": ")[2].rpartition(", "),
    )
    agree(
        f"""
        import numpy
        x = torch.from_numpy(numpy.random.RandomState(1).randn{shape}.astype("float32"))
        sums = [{source}.sum(dim, keep) for dim in {[*map(eval, dims.split())]} for keep in (False, True)]
        [[s.shape, s.stride(), [number.hex() for number in s.flatten().tolist()]] for s in sums]
        """.replace("\n        ", "\n")
    )


@pytest.mark.parametrize("shape", [(7,), (5, 6), (64, 3), (2, 3, 4)], ids=str)
def test_of_float32_the_last_bit_of_the_variance(shape: tuple[int, ...]) -> None:
    agree(
        f"""
        import numpy
        x = torch.from_numpy(numpy.random.RandomState(1).randn(*{shape}).astype("float32"))
        y = torch.full({shape}, 0.1, dtype=torch.float64)
        all = [f(*dim) for f in (x.std, x.var, y.std) for dim in ((0,), (-1,), ((0, -1),)[:x.ndim - 1])]
        [number.hex() for s in [*all, x.std(), x.var()] for number in s.flatten().tolist()]
        """.replace("\n        ", "\n")
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_the_last_bit_of_what_runs(name: str, dtype: str) -> None:
    agree(
        f"""
        import numpy
        x = torch.from_numpy(numpy.random.RandomState(1).randn(5, 40).astype("{dtype}")).requires_grad_()
        runs = [x.{name}(dim) for dim in (0, 1)]
        (runs[0] * runs[1]).sum().backward()
        [number.hex() for s in [*runs, x.grad, x.trace()] for number in s.flatten().tolist()]
        """.replace("\n        ", "\n")
    )
    agree("[str(torch.tensor([-0.0, -0.0, 1.0]).cumsum(0)), torch.tensor([-0.0]).cumprod(0)]")


@pytest.mark.parametrize(
    "source", ["x", "x[:, :33]", "x[::2, 1:21]", "x[1:]", "x.double()[:, :20]"]
)
def test_the_last_bit_of_norms_of_rows(source: str) -> None:
    agree(
        f"""
        import numpy
        x = torch.from_numpy(numpy.random.RandomState(1).randn(30, 40).astype("float32"))
        [number.hex() for number in {source}.norm(dim=-1).tolist()]
        """.replace("\n        ", "\n")
    )
