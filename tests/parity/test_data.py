"""Data sets, samplers and loaders against PyTorch: items, order, what is drawn, errors."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad.utils.data  # noqa: F401 # pyright: ignore[reportUnusedImport] - as torch.utils.data
from compare import agree

X = np.arange(20.0, dtype=np.float32).reshape(10, 2)
D = "from IPython.lib.pretty import pretty; d = torch.utils.data; x = x.detach(); y = torch.arange(10)\nt = d.TensorDataset(x, y)\n"
NOISE = """
class Noise(d.Dataset):
    def __len__(self): return 6
    def __getitem__(self, index): return torch.rand(2)
"""

LOADERS = [
    "d.DataLoader(t)",
    "d.DataLoader(t, batch_size=4)",
    "d.DataLoader(t, 4, True)",
    "d.DataLoader(t, batch_size=5, shuffle=True)",
    "d.DataLoader(t, batch_size=4, shuffle=True, drop_last=True)",
    "d.DataLoader(t, shuffle=True, generator=torch.Generator().manual_seed(5))",
    "d.DataLoader(t, batch_size=3, collate_fn=lambda items: [int(b) for a, b in items])",
    "d.DataLoader(d.Subset(t, [5, 3, 4]), batch_size=2)",
    "d.DataLoader([1, 2, 3], batch_size=2)",
    "d.DataLoader([True, False], batch_size=2)",
    "d.DataLoader([1.5, 2], batch_size=2)",
    "d.DataLoader(['a', 'b', 'c'], batch_size=2)",
    "d.DataLoader([(1, 'a', [2.0, x[0]]), (2, 'b', [3.0, x[1]])], batch_size=2)",
    "d.DataLoader([{'a': 1, 'b': x[0]}, {'a': 2, 'b': x[3]}], batch_size=2)",
    "d.DataLoader([np.ones(2), np.zeros(2)], batch_size=2)",
    "d.DataLoader(np.arange(4.0), batch_size=2)",
    "d.DataLoader(np.arange(4, dtype=np.int32), batch_size=2)",
    "d.DataLoader(x, batch_size=2)",
    "d.DataLoader([], batch_size=2)",
    "d.DataLoader(t, batch_size=6, pin_memory=False)",
    "d.DataLoader(t, batch_size=6, pin_memory=True)",
    "d.DataLoader(t, sampler=[3, 1, 2], batch_size=2)",
    "d.DataLoader(t, 2, False, d.RandomSampler(t))",
    "d.DataLoader(t, sampler=d.SubsetRandomSampler([7, 5, 3]), batch_size=2, drop_last=True)",
    "d.DataLoader(t, sampler=d.SequentialSampler(range(3)))",
    "d.DataLoader(t, 4, True, collate_fn=None)",
    "d.DataLoader(Noise(), 4, drop_last=True)",
    "d.DataLoader(t, sampler=d.SubsetRandomSampler([7, 5, 3], None))",
]


@pytest.mark.parametrize("loader", LOADERS)
def test_two_epochs_and_what_is_drawn_afterwards(loader: str) -> None:
    agree(
        f"{D}{NOISE if 'Noise' in loader else ''}l = {loader}\n"
        "one = list(l)\nbetween = torch.rand(1)\nfirst = next(iter(l), None)\n"
        "[len(l), one, between, first, list(l), torch.rand(1), torch.randn(2)]",
        x=X,
        order=0,
    )


@pytest.mark.parametrize(
    "source",
    [
        "[repr(o).split('0x')[0] for o in (t, d.Subset(t, [0]), d.DataLoader(t), iter(d.DataLoader(t)))]",
        "[pretty(o).split('0x')[0] for o in (t, d.RandomSampler(t), d.DataLoader(t), iter(d.DataLoader(t)))]",
        "[list(s.indices) for s in d.random_split(t, [3, 7])] + [torch.rand(1)]",
        "[list(s.indices) for s in d.random_split(t, [0.55, 0.45])] + [torch.rand(1)]",
        "[list(s.indices) for s in d.random_split(t, (0.33, 0.33, 0.34))]",
        "[list(s.indices) for s in d.random_split(t, [0, 10])]",
        "[list(s.indices) for s in d.random_split(t, [8, 2], generator=torch.Generator().manual_seed(42))] + [torch.rand(1)]",
        "[list(s.indices) for s in d.random_split(t, [8, 2], None)]",
        "d.random_split(t, [0.8 * len(t), 0.2 * len(t)])",
        "d.random_split(t, [8, 2], generator=3)",
        "[list(s.indices) for s in d.random_split(t, torch.tensor([8, 2]))]",
        "a, b = d.random_split(t, [8, 2]); [len(a), len(b), a[0], b[1], a.dataset is t]",
        "d.random_split(t, [3, 4])",
        "d.random_split(t, [0.5, 0.4])",
        "[t[3], t[-1], t[1:3], t[[4, 2]], len(t), len(t.tensors)]",
        "t[10]",
        "d.TensorDataset(x, y[:3])",
        "iter(d.DataLoader(t)).next()",
        "i = iter(d.DataLoader(t, 4, drop_last=True)); [len(i), i is iter(i), *i, len(i), next(i, 'end')]",
        "s = d.Subset(t, [5, 3, 4]); [s[0], len(s)]",
        "d.Subset(t, [5, 3])[2]",
        "d.Dataset()[0]",
        "len(d.Dataset())",
        "i = iter(d.DataLoader(t, shuffle=True)); a = torch.rand(1); next(i); [a, torch.rand(1)]",
        "d.default_collate([(1, 2.0), (3, 4.0)])",
        "d.default_collate([None, None])",
        "P = __import__('collections').namedtuple('P', 'x y'); d.default_collate([P(0, 1.5), P(2, 3)])",
        "d.default_collate([(1,), (2, 3)])",
        "d.default_collate([x[0], x[0, :1]])",
        "d.default_collate([x.requires_grad_(), x])",
        "d.DataLoader(t, batch_size=0)",
        "d.DataLoader(t, shuffle=True, sampler=[1])",
        "d.DataLoader(t, persistent_workers=True)",
        "d.DataLoader(t, prefetch_factor=2)",
        "list(d.DataLoader(t, sampler=3))",
        "list(d.SubsetRandomSampler([3, 5, 7], torch.Generator().manual_seed(3)))",
        "d.RandomSampler([])",
        "[isinstance(d.RandomSampler([1]), c) for c in (d.SequentialSampler, d.Sampler)]",
        "iter(d.Sampler())",
        "d.DataLoader(t, batch_size=2.5)",
        "d.DataLoader([], shuffle=True)",
        "d.DataLoader(d.Dataset(), shuffle=True)",
        "d.DataLoader(t, colour=3)",
        "d.DataLoader()",
        "l = d.DataLoader(t, 3); [l.batch_size, l.drop_last, l.num_workers, l.dataset is t]",
        "d.foo",
        (
            "\nclass Own(d.Dataset):\n"
            "    def __len__(self): return 5\n"
            "    def __getitem__(self, i): return {'x': torch.full((2,), float(i)), 'y': i}\n"
            "[list(d.DataLoader(Own(), batch_size=2, shuffle=True)), torch.rand(1)]"
        ),
    ],
)
def test_pieces_and_errors(source: str) -> None:
    agree(D + source, x=X, order=0)


def test_workers_change_neither_order_nor_stream() -> None:
    """PyTorch with worker processes gives what minigrad gives without."""
    settings = "num_workers=1, persistent_workers=True, prefetch_factor=3, worker_init_fn=id"
    loader = f"d.DataLoader(t, 4, True, {settings})"
    agree(f"{D}[[[a.tolist(), b.tolist()] for a, b in {loader}], torch.rand(1)]", x=X, order=0)
