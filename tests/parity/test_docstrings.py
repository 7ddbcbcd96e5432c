"""The examples of PyTorch's docstrings print the same; see `docstrings` for how."""

from __future__ import annotations

import importlib
from typing import Any

import docstrings
import pytest


def names(text: str) -> set[str]:
    return set(text.split())


DOCSTRINGS = names(
    """
    Generator.device Generator.initial_seed Generator.manual_seed Generator.seed Size.numel Tensor.element_size
    Tensor.expand Tensor.index_add_ Tensor.is_leaf Tensor.item Tensor.new_empty Tensor.new_full
    Tensor.new_ones Tensor.new_tensor Tensor.new_zeros Tensor.permute Tensor.register_hook
    Tensor.register_post_accumulate_grad_hook Tensor.repeat Tensor.requires_grad_
    Tensor.scatter_ Tensor.scatter_add_ Tensor.shape Tensor.size Tensor.storage_offset
    Tensor.stride Tensor.to Tensor.tolist Tensor.view abs acos add addcdiv addcmul addmm all
    allclose amax amin any arange argmax argmin argsort as_strided as_tensor asin atan atan2
    autograd.Function autograd.detect_anomaly autograd.function.FunctionCtx.mark_dirty
    autograd.function.FunctionCtx.mark_non_differentiable
    autograd.function.FunctionCtx.save_for_backward autograd.function.FunctionCtx.save_for_forward
    autograd.function.FunctionCtx.set_materialize_grads autograd.functional.hessian
    autograd.functional.hvp autograd.functional.jacobian autograd.functional.jvp
    autograd.functional.vhp autograd.functional.vjp autograd.graph.Node.name
    autograd.graph.Node.register_hook autograd.graph.Node.register_prehook
    autograd.graph.register_multi_grad_hook
    autograd.graph.saved_tensors_hooks bernoulli bitwise_and
    bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor bmm
    broadcast_tensors broadcast_to cat ceil chunk clamp conv2d conv_transpose2d cos cosh
    count_nonzero cumprod cumsum diag diag_embed diagonal div dot einsum empty empty_like
    enable_grad eq equal exp eye flatten flip floor floor_divide fmod from_numpy full full_like
    gather ge get_default_dtype gt hstack index_select inference_mode is_complex
    is_floating_point is_tensor isclose isfinite isinf isnan le lerp linalg.LinAlgError linalg.det linalg.inv
    linalg.norm linalg.solve linalg.vector_norm linspace load log log10 log1p log2 logical_and
    logical_not logical_or logical_xor logsumexp lt masked_select matmul max maximum mean median
    meshgrid min minimum mm moveaxis movedim mul multinomial mv narrow ne neg
    nn.AvgPool2d nn.BCELoss nn.BCEWithLogitsLoss nn.BatchNorm1d
    nn.BatchNorm2d nn.Conv2d nn.CrossEntropyLoss nn.Dropout nn.ELU nn.Embedding nn.Embedding.from_pretrained
    nn.Flatten nn.GELU nn.Identity nn.L1Loss nn.LayerNorm
    nn.LeakyReLU nn.Linear nn.LogSigmoid nn.LogSoftmax nn.MSELoss nn.MaxPool2d nn.Module.apply
    nn.Module.buffers nn.Module.modules nn.Module.named_buffers nn.Module.named_children
    nn.Module.named_modules nn.Module.named_parameters nn.Module.parameters
    nn.Module.register_buffer nn.Module.state_dict nn.Module.to nn.NLLLoss nn.ReLU
    nn.Sequential.append nn.Sequential.extend nn.Sequential.insert nn.SiLU nn.Sigmoid
    nn.SmoothL1Loss nn.Softmax nn.Softplus nn.Tanh
    nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits
    nn.functional.cross_entropy nn.functional.embedding nn.functional.nll_loss
    nn.functional.one_hot nn.init.calculate_gain nn.init.constant_
    nn.init.kaiming_normal_ nn.init.kaiming_uniform_ nn.init.normal_ nn.init.ones_
    nn.init.uniform_ nn.init.xavier_normal_ nn.init.xavier_uniform_ nn.init.zeros_ no_grad
    nonzero norm normal numel ones ones_like optim.Optimizer.load_state_dict optim.SGD
    optim.lr_scheduler.LambdaLR optim.lr_scheduler.StepLR outer permute positive pow prod
    promote_types rand randint randn randperm ravel reciprocal remainder reshape result_type
    roll round rsqrt save set_default_device set_default_dtype set_default_tensor_type
    set_grad_enabled set_printoptions sgn sign sin sinh sort split sqrt square squeeze stack std
    sub sum swapaxes swapdims t take tan tanh tensor tile topk trace transpose tril triu trunc
    unbind unflatten unique unsqueeze use_deterministic_algorithms utils.data.Sampler
    utils.data.default_collate utils.data.random_split var vstack where zeros zeros_like
    """
)


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("name", sorted(DOCSTRINGS))
def test_examples(name: str) -> None:
    report = docstrings.check(name)
    assert not report.problems, "\n".join(map(str, report.problems))


@pytest.mark.usefixtures("torch")
def test_the_table_has_every_docstring_with_examples() -> None:
    assert set(docstrings.names()) - DOCSTRINGS == set()


@pytest.mark.usefixtures("torch")
def test_statements_are_compared() -> None:
    assert docstrings.check("nn.Linear").statements == 4
    assert docstrings.check("cat").statements >= 4
    assert docstrings.check("autograd.functional.hessian").statements == 7


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (lambda cat: lambda *args, **kwargs: cat(*args, **kwargs) + 1e-3, "text"),
        (lambda cat: lambda tensors: cat(tensors), "missing argument"),
        (lambda cat: None, "raises"),
    ],
)
def test_what_is_wrong_is_found(wrong: Any, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    minigrad = importlib.import_module("minigrad")
    monkeypatch.setattr(minigrad, "cat", wrong(minigrad.cat))
    assert kind in {problem.kind for problem in docstrings.check("cat").problems}


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("tensor([0.1234, 2.])", "tensor([0.1235, 2.])", True),
        ("tensor([0.1234, 2.])", "tensor([0.1236, 2.])", False),
        ("tensor([0.])", "tensor([-0.])", False),
        ("tensor([1.0000])", "tensor([1.])", False),
        ("1.2345e-03", "1.2346e-03", True),
        ("1.2345e-03", "1.2345e-04", False),
        ("[1.8625e-04, 2.0000e+00]", "[1.8629e-04, 2.0000e+00]", True),
        ("[1.8625e-04, 2.0000e-03]", "[1.8629e-04, 2.0000e-03]", False),
        ("0.30000001192092896", "0.3000000715255737", True),
        ("0.30000001192092896", "0.3001", False),
        ("tensor(1)", "tensor(2)", False),
    ],
)
def test_only_the_last_digit_may_be_rounded_otherwise(ours: str, theirs: str, same: bool) -> None:
    assert docstrings.same_text(ours, theirs) is same
