"""Every operation that minigrad has, with the samples that PyTorch tests its own with.

The names are those of PyTorch's operation database; see `opinfo` for what is compared. Where
PyTorch is installed, its database needs the package ``expecttest`` too.
"""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any

import numpy as np
import opinfo
import pytest


def names(text: str) -> set[str]:
    return set(text.split())


OPERATIONS = names(
    """
    T __getitem__ __radd__ __rand__ __rdiv__ __rmod__ __rmul__ __ror__ __rpow__
    __rsub__ __rxor__ abs acos add addcdiv addcmul addmm all allclose amax amin any arange
    argmax argmin argsort as_strided asin atan atan2 bernoulli bitwise_and bitwise_left_shift
    bitwise_not bitwise_or bitwise_right_shift bitwise_xor bmm bool
    broadcast_to byte cat ceil char chunk clamp clone contiguous cos cosh count_nonzero cumprod
    cumsum diag diagonal div dot double einsum empty empty_like eq equal erf exp
    expand expand_as expm1 eye fill flatten flip float floor floor_divide fmod full full_like
    gather ge gt half hstack index_add index_select int isclose isfinite isinf isnan item le
    lerp linalg.det linalg.inv linalg.norm linalg.solve linalg.vector_norm linspace log log10
    log1p log2 log_softmax logical_and logical_not logical_or logical_xor logsumexp long lt mT
    masked_fill masked_select matmul max maximum mean median meshgrid min minimum mm movedim mul
    multinomial mv narrow ne neg new_empty new_full new_ones new_zeros
    nn.functional.avg_pool2d nn.functional.batch_norm
    nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits
    nn.functional.conv2d nn.functional.conv_transpose2d
    nn.functional.cross_entropy nn.functional.dropout nn.functional.elu nn.functional.embedding
    nn.functional.gelu
    nn.functional.l1_loss nn.functional.layer_norm nn.functional.leaky_relu nn.functional.linear
    nn.functional.logsigmoid nn.functional.max_pool2d nn.functional.mse_loss
    nn.functional.nll_loss nn.functional.one_hot nn.functional.relu
    nn.functional.silu nn.functional.smooth_l1_loss
    nn.functional.softplus nonzero norm normal ones
    ones_like outer permute positive pow prod rand_like randint randn randn_like
    reciprocal remainder repeat reshape roll round rsqrt scatter scatter_add select
    sgn short sigmoid sign sin sinh softmax sort split sqrt square squeeze stack std sub sum t
    take tan tanh to topk trace transpose tril triu true_divide trunc unbind
    uniform unique unsqueeze var view view_as vstack where zero_ zeros zeros_like
    """
)

# These fail now. An operation that passes is taken out, until nothing is left.
NOT_YET = names("fill")  # there is only `fill_`

# Of these, all but the calls with ``out=`` is tested.
OUT_NOT_YET = names(
    """
    amax amin cat empty gather masked_select multinomial take nn.functional.linear
    """
)


@pytest.fixture(scope="session")
def _database(torch: Any) -> None:
    """Skips, loudly, where there is no database to be asked; in CI that is a failure."""
    try:
        opinfo.database()
    except ImportError as error:
        end = pytest.fail if os.environ.get("CI") else pytest.skip
        end(f"PyTorch's operation database cannot be read ({error}): NOTHING was compared")


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize("name", sorted(OPERATIONS - NOT_YET))
def test_operation(name: str) -> None:
    report = opinfo.check(name, out=False if name in OUT_NOT_YET else None, most=5)
    assert not report.problems, "minigrad | PyTorch\n" + "\n".join(map(str, report.problems))
    assert report.samples > 0


@pytest.mark.usefixtures("_database")
def test_the_table_has_every_operation_that_minigrad_has() -> None:
    there = {name for name in opinfo.database() if opinfo.is_there(name)}
    assert there == OPERATIONS - {name for name in NOT_YET if not opinfo.is_there(name)}
    assert NOT_YET <= OPERATIONS
    assert OUT_NOT_YET <= OPERATIONS


# --- the referee sees what is wrong


WRONG = {
    "value": lambda exp, x: exp(x) * 1.00001,
    "dtype": lambda exp, x: exp(x).half(),
    "shape": lambda exp, x: exp(x)[None],
    "type": lambda exp, x: exp(x).tolist(),
    "graph": lambda exp, x: exp(x).detach(),
    "grad_fn": lambda exp, x: exp(x).clone(),
    "strides": lambda exp, x: exp(x)[:, None].repeat(1, 2)[:, 0] if x.ndim == 1 else exp(x),
    "missing argument": lambda exp, x: exp(x, base=2),
    "warning": lambda exp, x: [warnings.warn("!", stacklevel=1), exp(x)][1],
    "side effect": lambda exp, x: [exp(x), x.detach().add_(1)][0],
}


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_operation_is_found(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    minigrad = importlib.import_module("minigrad")
    right = minigrad.exp
    monkeypatch.setattr(minigrad, "exp", lambda x: WRONG[kind](right, x))
    found = {problem.kind for problem in opinfo.check("exp", out=False).problems}
    assert kind in found


def _frozen(value: Any) -> Any:
    """The same number, without its derivative."""
    return value.detach() if hasattr(value, "detach") else value


WRONG_RULES = {
    "gradient": lambda grad, result: grad * result * 1.001,
    "second gradient": lambda grad, result: grad * (result + (result - _frozen(result))),
    "saved": lambda grad, result, self: grad * result + 0 * self,
}


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize("kind", WRONG_RULES)
def test_a_wrong_rule_is_found(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    minigrad = importlib.import_module("minigrad")
    op = importlib.import_module("minigrad.op")
    monkeypatch.setitem(op.registry, "ExpBackward0", op.registry["ExpBackward0"])
    wrong = op.Op("ExpBackward0", np.exp, self=WRONG_RULES[kind])
    monkeypatch.setattr(minigrad, "exp", lambda x: wrong(x) if x.is_floating_point() else x.exp())
    found = {p.kind for p in opinfo.check("exp", out=False).problems if p.form == "function"}
    assert found == {kind}
