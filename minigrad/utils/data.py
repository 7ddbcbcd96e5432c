"""Data sets, and loaders that go through them in batches. Laid out as ``torch.utils.data``.

The random numbers are those of PyTorch, and as many are drawn: what follows a shuffled epoch in a
seeded program comes out the same.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import GenericAlias
from typing import Any, cast

import numpy as np

from minigrad import errors
from minigrad.creation import as_tensor, tensor
from minigrad.disguise import Shown
from minigrad.draws import Generator, default_generator
from minigrad.dtypes import float64
from minigrad.missing import absent
from minigrad.ops import functions
from minigrad.tensor import Tensor

randperm: Any = functions["randperm"]
_of: Any = classmethod(cast(Any, GenericAlias))
"""What makes ``Dataset[Tensor]`` of a class."""


class Dataset(Shown):
    """Items by number. A subclass defines ``__getitem__`` and ``__len__``."""

    __class_getitem__ = _of

    def __getitem__(self, index: Any) -> Any:
        raise errors.dataset_item()


class TensorDataset(Dataset):
    """Item i holds row i of each tensor.

    Raises
    ------
    AssertionError
        If the tensors differ in the number of rows.
    """

    def __init__(self, *tensors: Tensor) -> None:
        errors.check(len({each.size(0) for each in tensors}) <= 1, "dataset_sizes")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        rows: list[Tensor] = [each[index] for each in self.tensors]
        return tuple(rows)

    def __len__(self) -> int:
        return self.tensors[0].size(0)


class Subset(Dataset):
    """The items of `dataset` that `indices` lists."""

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[nr] for nr in cast("list[Any]", index)]]
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Any, lengths: Iterable[float],
        generator: Generator | None = default_generator) -> list[Subset]:  # fmt: skip
    """Deal the items of `dataset` into subsets of these lengths, or fractions that sum to 1.

    Raises
    ------
    ValueError
        If the lengths do not sum to the number of items.
    """
    count, sizes = len(dataset), cast("list[Any]", list(lengths))
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1:
        sizes = [math.floor(count * fraction) for fraction in sizes]
        for extra in range(count - sum(sizes)):
            sizes[extra % len(sizes)] += 1
        for nr, size in enumerate(sizes):
            if size == 0:
                warnings.warn(errors.EMPTY_SPLIT.format(nr), stacklevel=2)
    errors.check(sum(sizes) == count, "split_lengths")
    order: Iterator[int] = iter(randperm(sum(sizes), generator=generator).tolist())
    return [Subset(dataset, list(islice(order, size))) for size in sizes]


def drawn_seed(generator: Generator) -> int:
    """A seed of 63 bits, drawn from `generator`."""
    return int(generator.long_draws(1)[0]) % 2**63


class Sampler(Shown):
    """Positions of items, in the order in which they are taken. A subclass defines ``__iter__``."""

    __class_getitem__ = _of

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


class SequentialSampler(Sampler):
    """The positions of `data_source` in order."""

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """The positions of `data_source` in random order."""

    __len__ = SequentialSampler.__len__

    def __init__(self, data_source: Any, *, generator: Generator | None = None) -> None:
        self.data_source, self.generator = data_source, generator
        errors.check(len(self) > 0, "positive", "num_samples", 0)

    def __iter__(self) -> Iterator[int]:
        generator = self.generator or Generator().manual_seed(drawn_seed(default_generator))
        yield from randperm(len(self), generator=generator).tolist()
        randperm(len(self), generator=generator)  # PyTorch draws one more, and takes none


class SubsetRandomSampler(Sampler):
    """The positions `indices` in random order."""

    def __init__(self, indices: Any, generator: Generator | None = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[Any]:
        for nr in randperm(len(self), generator=self.generator).tolist():
            yield self.indices[nr]

    def __len__(self) -> int:
        return len(self.indices)


def default_collate(batch: Any) -> Any:
    """Make one item of a list of items: tensors are stacked, inside of lists and mappings too.

    Raises
    ------
    TypeError
        If the items are of a type of which no batch can be made.
    RuntimeError
        If they differ in size.
    """
    first = batch[0]
    if isinstance(first, Tensor | np.ndarray | np.generic):
        return functions["stack"]([as_tensor(item) for item in batch])
    if isinstance(first, int | float):
        return tensor(batch, dtype=float64 if isinstance(first, float) else None)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([item[key] for item in batch]) for key in batch[0]}
    errors.check(isinstance(first, tuple | list), "batch_type", first)
    errors.check(len({len(item) for item in batch}) == 1, "batch_lengths")
    columns = [default_collate(column) for column in zip(*batch, strict=True)]
    return type(first)(*columns) if hasattr(first, "_fields") else columns


class DataLoader(Shown):
    """Go through `dataset` batch by batch; everything is loaded in this process.

    Parameters
    ----------
    dataset : Dataset
        Or a list, or anything else with ``__getitem__`` and ``__len__``.
    batch_size : int
    shuffle : bool
        Take the items in random order.
    sampler : Sampler
        Or any iterable: the positions of the items.
    collate_fn : callable
        Makes a batch of a list of items; `default_collate` if not given.
    drop_last : bool
        Leave out a last batch that is shorter.
    generator : Generator
        The source of randomness.
    num_workers, pin_memory, worker_init_fn, persistent_workers, prefetch_factor
        For PyTorch's worker processes: there are none here, so they change nothing.

    Raises
    ------
    ValueError
        If options contradict each other.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/data.html
    """

    __class_getitem__ = _of

    def __init__(self, dataset: Any, batch_size: int = 1, shuffle: bool | None = None,
            sampler: Any = None, *, num_workers: int = 0, drop_last: bool = False,
            pin_memory: bool = False, collate_fn: Callable[[Any], Any] | None = None,
            worker_init_fn: Any = None, persistent_workers: bool = False,
            prefetch_factor: Any = None, generator: Generator | None = None) -> None:  # fmt: skip
        errors.check(num_workers or prefetch_factor is None, "prefetch_without_workers")
        errors.check(num_workers or not persistent_workers, "persistent_without_workers")
        errors.check(sampler is None or not shuffle, "sampler_and_shuffle")
        sampler = RandomSampler(dataset, generator=generator) if shuffle else sampler
        valid = type(batch_size) is int and batch_size > 0
        errors.check(valid, "positive", "batch_size", f"{batch_size}")
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.sampler = SequentialSampler(dataset) if sampler is None else sampler
        self.collate_fn = collate_fn or default_collate
        self.generator, self.num_workers, self.pin_memory = generator, num_workers, pin_memory

    def __iter__(self) -> Iterator[Any]:
        return _SingleProcessDataLoaderIter(self)

    def __len__(self) -> int:
        left_out = 0 if self.drop_last else self.batch_size - 1
        return (len(self.sampler) + left_out) // self.batch_size


class _SingleProcessDataLoaderIter(Iterator[Any]):
    """One way through the data of a loader."""

    __module__ = "torch.utils.data.dataloader"  # as it prints

    def __init__(self, loader: DataLoader) -> None:
        if loader.pin_memory:
            warnings.warn(errors.NOT_PINNED, stacklevel=3)
        drawn_seed(loader.generator or default_generator)  # PyTorch draws one for its workers
        self._loader, self._positions = loader, iter(loader.sampler)

    def __len__(self) -> int:
        return len(self._loader)

    def __next__(self) -> Any:
        loader = self._loader
        positions = [*islice(self._positions, loader.batch_size)]
        if len(positions) < (loader.batch_size if loader.drop_last else 1):
            raise StopIteration
        return loader.collate_fn([loader.dataset[nr] for nr in positions])


__getattr__ = absent("torch.utils.data")
