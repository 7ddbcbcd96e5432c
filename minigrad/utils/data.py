"""Data sets, the order in which their items come, and batches. Laid out as ``torch.utils.data``.

The random numbers are those of PyTorch, and as many are drawn: what follows a shuffled epoch in a
seeded program comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

import numpy as np

from minigrad import random
from minigrad.creation import as_tensor, tensor
from minigrad.dtypes import float64
from minigrad.generator import Generator, default_generator
from minigrad.missing import absent
from minigrad.ops.join import stack
from minigrad.tensor import Tensor


class Dataset:
    """Items by number. A subclass defines ``__getitem__`` and ``__len__``."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")


class TensorDataset(Dataset):
    """Item i holds row i of each tensor.

    Raises
    ------
    AssertionError
        If the tensors differ in the number of rows.
    """

    def __init__(self, *tensors: Tensor) -> None:
        if any(each.size(0) != tensors[0].size(0) for each in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(each[index] for each in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].size(0)


class Subset(Dataset):
    """The items of `dataset` that `indices` lists."""

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[nr] for nr in cast("Any", index)]]
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(
    dataset: Any, lengths: Iterable[float], generator: Generator = default_generator
) -> list[Subset]:
    """Deal the items of `dataset` into subsets of these lengths, or fractions that sum to 1.

    Raises
    ------
    ValueError
        If the lengths do not sum to the number of items.
    """
    count, sizes = len(dataset), list(lengths)
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1:
        sizes = [math.floor(count * fraction) for fraction in sizes]
        for extra in range(count - sum(sizes)):
            sizes[extra % len(sizes)] += 1
    if sum(sizes) != count:
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order: Iterator[int] = iter(random.randperm(count, generator=generator).tolist())
    return [Subset(dataset, list(islice(order, int(size)))) for size in sizes]


class Sampler:
    """Numbers of the items of `data_source`, in some order: a subclass defines ``__iter__``."""

    def __init__(self, data_source: Any = None) -> None:
        self.data_source = data_source

    def __len__(self) -> int:
        return len(self.data_source)


class SequentialSampler(Sampler):
    """From the first to the last."""

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))


class RandomSampler(Sampler):
    """In random order; with `replacement`, an item may come again.

    Raises
    ------
    ValueError
        If `num_samples` is not positive.
    """

    def __init__(
        self, data_source: Any, replacement: bool = False, num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data_source)
        self.replacement, self.generator = replacement, generator
        self.num_samples = len(data_source) if num_samples is None else num_samples
        _require_positive("num_samples", self.num_samples)

    def __iter__(self) -> Iterator[int]:
        generator = self.generator or Generator().manual_seed(drawn_seed(default_generator))
        count, left = len(self.data_source), self.num_samples
        if self.replacement:
            yield from random.randint(0, count, (left,), generator=generator).tolist()
            return
        for taken in range(0, left + 1, count):  # a last order is drawn even for no number
            yield from random.randperm(count, generator=generator)[: left - taken].tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of `batch_size` numbers from `sampler`; `drop_last` leaves out a shorter last one.

    Raises
    ------
    ValueError
        If `batch_size` is not positive.
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        _require_positive("batch_size", batch_size)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        numbers: Iterator[Any] = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


def _require_positive(name: str, value: Any) -> None:
    if type(value) is not int or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def drawn_seed(generator: Generator) -> int:
    """A seed of 63 bits, drawn from `generator`."""
    return int(generator.long_draws(1)[0]) % 2**63


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
        return stack([as_tensor(item) for item in batch])
    if isinstance(first, int | float):
        return tensor(batch, dtype=float64 if isinstance(first, float) else None)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        keys = cast("Any", first)
        return {key: default_collate([item[key] for item in batch]) for key in keys}
    if isinstance(first, tuple | list):
        if len({len(item) for item in batch}) > 1:
            raise RuntimeError("each element in list of batch should be of equal size")
        columns: list[Any] = [default_collate(column) for column in zip(*batch, strict=True)]
        return type(batch[0])(*columns) if hasattr(batch[0], "_fields") else columns
    text = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists"
    raise TypeError(f"{text}; found {type(first)}")


def default_convert(item: Any) -> Any:
    """Make tensors of numpy arrays, inside of lists and mappings too; leave the rest as it is."""
    if isinstance(item, Mapping):
        return {key: default_convert(value) for key, value in cast("Any", item).items()}
    if isinstance(item, tuple | list):
        return [default_convert(each) for each in cast("Any", item)]
    return as_tensor(item) if isinstance(item, np.ndarray) else item


class DataLoader:
    """Go through `dataset` batch by batch; everything is loaded in this process.

    Parameters
    ----------
    dataset : Dataset
        Or a list, or anything else with ``__getitem__`` and ``__len__``.
    batch_size : int or None
        None gives the items one by one, without a dimension for the batch.
    shuffle : bool
        Take the items in random order.
    sampler, batch_sampler : iterable
        In which order: the numbers of items, or lists of them.
    collate_fn : callable
        Makes a batch of a list of items; `default_collate` if not given.
    drop_last : bool
        Leave out a last batch that is shorter.
    generator : Generator
        The source of randomness.
    num_workers and the rest
        How PyTorch's worker processes are to be run: there are none here, so they change nothing.

    Raises
    ------
    ValueError
        If options contradict each other.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/data.html
    """

    def __init__(
        self, dataset: Any, batch_size: int | None = 1, shuffle: bool | None = None,
        sampler: Any = None, batch_sampler: Any = None, num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None, pin_memory: bool = False,
        drop_last: bool = False, timeout: float = 0, worker_init_fn: Any = None,
        multiprocessing_context: Any = None, generator: Generator | None = None, *,
        prefetch_factor: int | None = None, persistent_workers: bool = False,
        pin_memory_device: str = "", in_order: bool = True,
    ) -> None:  # fmt: skip
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler or drop_last):
            others = "batch_size, shuffle, sampler, and drop_last"
            raise ValueError(f"batch_sampler option is mutually exclusive with {others}")
        if sampler is None and shuffle:
            sampler = RandomSampler(dataset, generator=generator)
        elif sampler is None:
            sampler = SequentialSampler(dataset)
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.sampler, self.batch_sampler, self.generator = sampler, batch_sampler, generator
        self.num_workers = num_workers
        self._order = sampler if batch_sampler is None else batch_sampler
        self.collate_fn = collate_fn or (batch_sampler and default_collate) or default_convert

    def __iter__(self) -> Iterator[Any]:
        drawn_seed(self.generator or default_generator)  # PyTorch draws one for its workers
        return map(self._load, self._order)

    def _load(self, index: Any) -> Any:
        in_batches = self.batch_sampler is not None
        items = [self.dataset[nr] for nr in index] if in_batches else self.dataset[index]
        return self.collate_fn(items)

    def __len__(self) -> int:
        return len(self._order)


__getattr__ = absent("torch.utils.data")
