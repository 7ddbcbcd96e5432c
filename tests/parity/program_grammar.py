"""The grammar of random programs: tables of statements with holes, and who fills the holes.

`write_program` executes what it writes on a library, so that most statements mean something: one
that raises is mostly taken back (what it did is not, which does not matter: the text is what counts).

Holes, in the tables below:

    $=  a new name            $t  a tensor expression     $v  a tensor variable
    $r  one that requires grad   $l  a leaf that requires grad   $n  a Python number
    $d  a dimension           $i  an index                $s  a shape
    $y  a dtype               $k  True or False           $u  a unary expression of its own
    $m  a module              $o  an optimizer            $h  a handle of a hook
    $c  a custom Function     $L  a list of numbers
"""

from __future__ import annotations

import random
import re
import warnings
from typing import Any

LEAVES = """
torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]$g)
torch.tensor([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0], [-2.0, 1.0, 0.5]]$g)
torch.tensor([0.5, -1.5, 2.0]$g)
torch.tensor([2.0, 3.0]$g)
torch.tensor(1.5$g)
torch.tensor(-0.5$g)
torch.tensor([[1.0], [-2.0]]$g)
torch.tensor([[0.75, 1.25, -0.5]]$g)
torch.ones(2, 3$g)
torch.zeros(3$g)
torch.full((2, 3), 0.25$g)
torch.eye(3$g)
torch.arange(6.0$g)
torch.linspace(-1, 1, 5$g)
torch.randn(2, 3$g)
torch.rand(3$g)
torch.tensor([$n, $n, $n], dtype=$y)
torch.tensor([[1, 2, 3], [4, 5, 6]])
torch.tensor([2, 0, 1])
torch.tensor([True, False, True])
torch.tensor([], dtype=$y)
torch.ones(2, 0$g)
torch.tensor([float('nan'), 1.0, float('inf')]$g)
torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[-1.0, 0.5], [0.0, 1.0], [2.0, -2.0]]]$g)
torch.arange(24.0).reshape(2, 3, 4)
torch.randint(0, 5, (2, 3))
torch.nn.Parameter(torch.tensor([[0.5, -0.25, 1.0], [2.0, 0.5, -1.0]]))
torch.as_tensor([1.0, 2.0, 3.0])
torch.Tensor([1, 2, 3])
torch.from_numpy(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
""".strip().split("\n")

POINTWISE = """
$t + $t | $t - $t | $t * $t | $t / $t | $t + $n | $n + $t | $t - $n | $n - $t | $t * $n | $n * $t | $t / $n | $n / $t
$t ** 2 | $t ** 3 | $t ** 0.5 | $t ** $t | 2 ** $t | $t ** -1 | $t // $n | $t % $n | $t % $t | -$t | abs($t) | +$t
$t.exp() | $t.sin() | $t.cos() | $t.tan() | $t.tanh() | torch.sigmoid($t) | torch.relu($t) | $t.log() | $t.sqrt()
$t.abs() | $t.neg() | $t.sign() | $t.square() | $t.reciprocal() | $t.rsqrt() | $t.log1p() | $t.expm1() | $t.log2()
$t.log10() | $t.asin() | $t.acos() | $t.atan() | torch.atan2($t, $t) | $t.sinh() | $t.cosh() | $t.erf() | $t.floor()
$t.ceil() | $t.round() | $t.trunc() | torch.fmod($t, $n) | torch.remainder($t, $t) | $t.clamp(-0.5, 1)
$t.clamp(min=$n) | $t.clamp(max=$n) | $t.clamp($t, $t) | torch.minimum($t, $t) | torch.maximum($t, $t)
torch.where($t > $n, $t, $t) | torch.where($t > 0, $t, $n) | torch.where($t < $t, $n, $t) | $t.lerp($t, $n)
torch.lerp($t, $t, $t) | torch.addcmul($t, $t, $t) | torch.addcdiv($t, $t, $t, value=$n) | torch.add($t, $t, alpha=$n)
torch.sub($t, $t, alpha=$n) | torch.div($t, $t, rounding_mode='floor') | torch.div($t, $n, rounding_mode='trunc')
$t == $t | $t != $n | $t < $t | $t >= $n | ~($t > 0) | ($t > 0) & ($t < 1) | ($t > 0) | ($t < 0) | torch.logical_not($t)
torch.logical_xor($t, $t) | torch.isnan($t) | torch.isfinite($t) | torch.isclose($t, $t) | torch.multiply($t, $t)
F.softplus($t) | F.elu($t) | F.leaky_relu($t, 0.1) | F.gelu($t) | F.silu($t)
F.logsigmoid($t) | torch.exp($t) * $t | torch.square($t) + $n | $t.pow($n) | torch.pow($n, $t)
$t.mul($t) | $t.add($n) | $t.true_divide($t)
$t.sgn()
$t & 3 | $t ^ $t | $t << 1 | $t >> 1 | torch.bitwise_not($t) | $t.positive()
"""

REDUCTIONS = """
$t.sum() | $t.sum($d) | $t.sum($d, keepdim=True) | $t.mean() | $t.mean($d) | $t.mean(($d, $d)) | $t.prod() | $t.prod($d)
$t.max() | $t.min() | $t.max($d)[0] | $t.min($d).values | $t.max($d).indices | $t.amax($d) | $t.amin() | $t.argmax()
$t.argmax($d) | $t.argmin($d, keepdim=True) | $t.std() | $t.var($d) | $t.var(unbiased=False) | $t.std($d, correction=0)
$t.norm() | $t.norm(1) | $t.norm(2, $d) | torch.norm($t) | torch.linalg.norm($t) | torch.linalg.vector_norm($t, 1, $d)
$t.logsumexp($d) | $t.cumsum($d) | $t.cumprod($d) | $t.any() | $t.all($d) | $t.median() | $t.median($d)[0] | $t.sort($d)[0]
$t.sort(descending=True)[0] | $t.argsort() | $t.topk(2)[0] | $t.topk(1, $d)[0] | $t.count_nonzero() | torch.sum($t, dim=$d)
torch.mean($t, axis=$d) | $t.sum(dtype=$y) | F.softmax($t, $d) | F.log_softmax($t, $d) | $t.softmax(dim=$d)
F.mse_loss($t, $t) | F.l1_loss($t, $t) | F.smooth_l1_loss($t, $t) | F.mse_loss($t, $t, reduction='sum')
F.layer_norm($t, $t.shape[-1:]) | $t.unique()
F.cross_entropy($t, torch.tensor([0, 2])) | F.nll_loss($t, torch.tensor([1, 0])) | F.binary_cross_entropy_with_logits($t, $t)
F.cross_entropy($t, $t.softmax(-1)) | F.binary_cross_entropy($t.sigmoid(), $t.sigmoid())
"""

PRODUCTS = """
$t @ $t | $t @ $t | $t @ $t.t() | $t.t() @ $t | $t.matmul($t.mT) | torch.mm($t, $t.T) | torch.mv($t, $t) | torch.dot($t, $t)
torch.outer($t, $t) | torch.bmm($t[None], $t.t()[None]) | F.linear($t, $t) | F.linear($t, $t, $t) | torch.addmm($t, $t, $t)
torch.einsum('ij,ij->', $t, $t) | torch.einsum('ij,kj->ik', $t, $t) | torch.einsum('i,i->i', $t, $t) | torch.einsum('ij->j', $t)
torch.trace($t) | $t.diag() | $t.inverse() | torch.det($t) | $t.tril() | $t.triu(1)
"""

VIEWS = """
$v.view(-1) | $v.view($s) | $v.reshape($s) | $v.reshape(-1) | $v.t() | $v.T | $v.mT | $v.transpose(0, 1) | $v.transpose($d, $d)
$v.permute(1, 0) | $v.permute(2, 0, 1) | $v.unsqueeze($d) | $v.squeeze() | $v.squeeze($d) | $v.expand(2, 3) | $v.expand(3, -1)
$v.expand(2, *$v.shape) | $v.expand_as($v) | $v.unbind()[0] | $v.unbind($d)[-1] | $v.chunk(2)[0] | $v.chunk(2, $d)[1] | $v.split(1)[0]
$v.split([1, 2], $d)[1] | $v.select($d, 0) | $v.narrow($d, 0, 2) | $v.diagonal() | $v.diagonal(1) | $v.as_strided((2, 2), (1, 2))
$v.as_strided((3,), (1,), 1) | $v.flatten() | $v.flatten(0, 1) | $v.movedim(0, -1) | $v.swapaxes(0, 1)
$v.view_as($v) | $v.detach() | $v.data | $v[$i] | $v[$i] | $v[$i] | $v[$i][$i] | $v[:]
$v.t()[0] | $v.view(-1)[1:] | $v[0:1].squeeze(0) | $v.detach()[0] | $v[..., None].expand(*$v.shape, 2) | $v.mT[..., 0] | $v.squeeze((0, 1))
"""

COPIES = """
$v.clone() | $v.contiguous() | $v.t().contiguous() | $v.repeat(2, 1) | $v.repeat(2) | $v.flip($d) | $v.roll(1) | $v.roll(1, $d)
torch.cat([$t, $t]) | torch.cat([$t, $t], $d) | torch.stack([$t, $t]) | torch.stack([$t, $t], $d) | torch.hstack([$t, $t]) | torch.vstack([$t, $t])
$t.index_select($d, torch.tensor([1, 0])) | $t.gather($d, torch.tensor([[0, 1], [1, 0]])) | $t.gather(0, torch.tensor([1, 0])) | $t.masked_select($t > 0)
$t.masked_fill($t > 0, $n) | $t.scatter($d, torch.tensor([[0, 1]]), $n) | $t.scatter(0, torch.tensor([1, 0]), $t) | $t.scatter_add(0, torch.tensor([0, 0]), $t)
$t.index_add(0, torch.tensor([0, 1]), $t) | $t.take(torch.tensor([0, 2])) | $t[$t > 0] | $t.float() | $t.double() | $t.long() | $t.int() | $t.bool() | $t.half()
$t.to($y) | $t.type($y) | $t.to($t) | $t.type_as($t) | torch.zeros_like($t) | torch.ones_like($t) | $t.new_zeros(2) | $t.new_tensor([1.0, 2.0]) | torch.full_like($t, $n)
torch.tensor($v.tolist()) | torch.as_tensor($v) | F.one_hot($t) | F.embedding(torch.tensor([1, 0]), $t)
$t.broadcast_to(2, 3)
torch.tensor($v.tolist(), requires_grad=True) | $t.detach().clone() | $t.clone().detach().requires_grad_() | torch.meshgrid($v.view(-1), $v.view(-1), indexing='ij')[0]
torch.rand_like($t) | torch.randn(2, 3) * $t | F.dropout($t, 0.5) | torch.bernoulli($t.sigmoid()) | torch.randperm(3) | torch.normal($t, 1.0)
"""

IN_PLACE = """
$v.add_($n) | $v.add_($t) | $v.sub_($t, alpha=2) | $v.mul_($n) | $v.mul_($t) | $v.div_($t) | $v.pow_(2) | $v.neg_() | $v.exp_() | $v.sin_() | $v.tanh_()
$v.sigmoid_() | $v.relu_() | $v.sqrt_() | $v.abs_() | $v.zero_() | $v.fill_($n) | $v.fill_($t.sum()) | $v.clamp_(-1, 1) | $v.clamp_(min=0) | $v.copy_($t) | $v.t_()
$v.transpose_(0, 1) | $v.unsqueeze_($d) | $v.squeeze_() | $v.masked_fill_($v > 0, $n) | $v.scatter_(0, torch.tensor([0]), $n)
$v.index_add_(0, torch.tensor([0]), $t) | $v.lerp_($t, 0.5) | $v.addcmul_($t, $t) | $v.cumsum_($d) | $v.floor_() | $v.round_() | $v.square_() | $v.reciprocal_() | $v.log_()
$v.uniform_(-1, 1) | $v.normal_() | $v.bernoulli_(0.5) | $v.triu_() | $v.tril_() | $v.detach_() | $v.addmm_($t, $t) | $v.erf_() | $v.trunc_()
$v.remainder_($n) | $v.fmod_(2) | torch.relu_($v) | F.relu($v, inplace=True) | $v.floor_divide_(2) | $v.atan_()
$v[$i].add_($n) | $v[$i].mul_($t) | $v[$i].zero_() | $v[$i].exp_() | $v.view(-1).mul_(2) | $v.t().add_($t) | $v.unbind()[0].mul_(3) | $v.chunk(2)[0].zero_() | $v.diagonal().fill_($n)
$v.detach().add_(1) | $v.data.mul_(2) | $v.detach().zero_() | $v.data.fill_(1) | $v.eq_($n) | $v.logical_not_()
$v += $t | $v -= $n | $v *= $t | $v *= 2 | $v /= 2 | $v **= 2 | $v[$i] = $n | $v[$i] = $t | $v[$i] += $t | $v[$i] *= $n | $v[$i] = $v[$i] | $v[$v > 0] = $n | $v[$v < $n] = $t
$v.data[$i] = $n | $v.data = $t | $v.data += $n | $v[...] = $t | $v[:, 0] = $t | $v[[0, 1]] = $t | $v[torch.tensor([0])] = $n | $v[0][0] = $n | $v //= 2 | $v %= 2 | $v @= $t
"""

HOOKS = """
$= = $r.register_hook(lambda g: g * $n) | $= = $r.register_hook(lambda g: log('hook', g)) | $= = $r.register_hook(lambda g: g.clamp(-1, 1)) | $r.retain_grad()
$= = $r.register_hook(lambda g: None) | $= = $r.register_hook(lambda g: g.sum()) | $= = $r.register_hook(lambda g: g.mul_(2)) | $= = $r.register_hook(lambda g: g + $t)
$= = $l.register_post_accumulate_grad_hook(lambda p: log('post', p.grad)) | $= = $l.register_post_accumulate_grad_hook(lambda p: p.grad.zero_())
$= = $r.grad_fn.register_hook(lambda i, o: log('node', i, o)) | $= = $r.grad_fn.register_hook(lambda i, o: tuple(g if g is None else g * 2 for g in i))
$= = $r.grad_fn.register_prehook(lambda o: log('pre', o)) | $= = $r.grad_fn.register_prehook(lambda o: tuple(g * 3 for g in o)) | $= = $r.grad_fn.register_hook(lambda i, o: (None,))
$h.remove() | $h.remove() | watch($r) | watch($r) | $r.register_hook(lambda g: log(g.requires_grad, torch.is_grad_enabled())) | $r.retain_grad() | $v.retain_grad() | $v.register_hook(print)
$= = $r.register_hook(lambda g: $v) | $= = torch.autograd.graph.register_multi_grad_hook(($r, $r), lambda gs: log('multi', gs)) | $l.register_hook(lambda g: g.double())
$= = $r.grad_fn.next_functions[0][0].register_hook(lambda *a: log('next', *a)) | $= = $r.grad_fn.next_functions[0][0].register_prehook(lambda *a: log('next', *a))
"""

BACKWARD = """
$r.sum().backward() | $r.sum().backward() | $r.mean().backward(retain_graph=True) | $r.backward() | ($t * $r).sum().backward() | $t.backward() | $r.sum().backward(create_graph=True)
$r.backward(torch.ones_like($r)) | $r.backward($t) | $r.backward(gradient=$t, retain_graph=True) | $= = $t.sum(); $=.backward(); $=.backward() | $= = $t.sum(); $=.backward(retain_graph=True); $=.backward()
$= = torch.autograd.grad($r.sum(), $l) | $= = torch.autograd.grad($r.sum(), [$l, $l], allow_unused=True) | $= = torch.autograd.grad($r.sum(), $r, create_graph=True, allow_unused=True)
$= = torch.autograd.grad($r.sum(), $l, create_graph=True)[0] | $= = torch.autograd.grad($r.sum(), $l, create_graph=True)[0]; $=.sum().backward() | $= = torch.autograd.grad($r, $l, $t)
$= = torch.autograd.grad($r.sum(), $l, retain_graph=True, allow_unused=True) | $= = torch.autograd.grad(($t * $l).sum(), $l, create_graph=True)[0]; ($= * $t).sum().backward(retain_graph=True)
torch.autograd.backward([$r.sum(), $t.sum()]) | torch.autograd.backward($r, torch.ones_like($r), inputs=[$l]) | $r.sum().backward(inputs=[$l]) | $r.sum().backward(inputs=[$r], retain_graph=True)
$= = torch.autograd.grad([$r.sum(), $t.sum()], [$l], allow_unused=True) | $= = torch.autograd.grad($r.sum(), [$l, $l], allow_unused=True, materialize_grads=True) | $= = $l.grad | $= = $r.grad
($u).sum().backward() | ($u * $t).sum().backward() | $r.sum().backward(); $r.sum().backward() | $= = (lambda x: x.grad_fn(torch.ones_like(x)))($r) | watch($r); $r.sum().backward(retain_graph=True)
"""

FLAGS = """
$v.requires_grad_() | $v.requires_grad_($k) | $v.requires_grad = $k | $= = $v.detach().requires_grad_() | $l.grad = None | $l.grad.zero_() | $l.grad = $t | $l.grad *= $n | del $v
$v.detach_() | torch.set_grad_enabled(False) | torch.set_grad_enabled(True) | torch.set_grad_enabled(True) | $l.data -= 0.1 * $l.grad | $l.grad += 1 | $l.grad = torch.ones_like($l) | $l.grad[0] = $n
torch.set_default_dtype(torch.float64) | torch.manual_seed(1) | torch.set_default_dtype(torch.float32) | $= = $v | $v, $v = $v, $v | $= = $v.requires_grad_().clone() | del $h
"""

BLOCKS = r"""
with torch.no_grad():\n    $= = $t | with torch.no_grad():\n    $v.mul_($n) | with torch.no_grad():\n    $l -= 0.1 * $t | with torch.no_grad():\n    $= = $v[$i]\n$=.add_($n)
with torch.no_grad():\n    with torch.enable_grad():\n        $= = $t | with torch.set_grad_enabled($k):\n    $= = $u | with torch.no_grad():\n    $= = $v.view(-1)\n$= *= $t | with torch.enable_grad():\n    $= = $u
with torch.no_grad():\n    $= = $v.detach_() | with torch.no_grad():\n    $l.copy_($t) | with torch.no_grad():\n    $v[$i] = $t | with torch.inference_mode():\n    $= = $t | with torch.no_grad():\n    $= = $v.unbind()
@torch.no_grad()\ndef update(x):\n    return x * 2 + $t\n$= = update($v) | if $t.sum() > 0:\n    $= = $u\nelse:\n    $= = $t | for row in $v:\n    $v = $v + row.sum()
for step in range(2):\n    loss = ($u).sum()\n    loss.backward()\n    with torch.no_grad():\n        $l -= 0.1 * $l.grad\n        $l.grad.zero_() | for step in range(3):\n    $= = $v * $n\n    $= = $= + $v
def double_it(x):\n    return $u\n$= = double_it($t) | with torch.no_grad():\n    $= = $v.requires_grad_() | with torch.autograd.graph.saved_tensors_hooks(lambda x: x * 2, lambda x: x):\n    $= = $u
with torch.autograd.set_detect_anomaly(True):\n    $= = $u | with torch.no_grad():\n    $= = $v.expand(2, *$v.shape)
"""

MODULES = """
$= = nn.Linear(3, 2) | $= = nn.Linear(2, 3, bias=False) | $= = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)) | $= = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Dropout(0.5))
$= = nn.BatchNorm1d(3) | $= = nn.LayerNorm(3) | $= = nn.Embedding(4, 3) | $= = $m($t) | $= = $m($t) | $= = $m($t) | $= = torch.optim.SGD([$l], lr=0.1) | $= = torch.optim.SGD([$l, $l], lr=0.1, momentum=0.9)
$= = torch.optim.SGD($m.parameters(), lr=0.1, weight_decay=0.1) | $= = torch.optim.Adam($m.parameters(), lr=0.1) | $= = torch.optim.Adam([$l], lr=0.1) | $o.step() | $o.step() | $o.zero_grad()
$o.zero_grad(); ($m($t)).sum().backward(); $o.step() | $o.zero_grad(); ($l * $t).sum().backward(); $o.step() | $m.zero_grad() | $m.eval() | $m.train() | print($m) | print($o) | $m.requires_grad_(False)
$= = [p.grad for p in $m.parameters()] | $m.double() | $= = F.mse_loss($m($t), $t); $=.backward() | $= = dict($m.named_parameters()) | $m.register_forward_hook(lambda m, i, o: log('forward', i, o)) | $= = $m.weight
"""

QUERIES = """
print($v) | print($t) | log($v.is_leaf, $v.requires_grad, $v.shape, $v.dtype) | log($v.item()) | log($t.item()) | log(float($v)) | log(bool($t)) | log(len($v)) | log(int($v)) | log($t.tolist())
log([row.tolist() for row in $v]) | log($v is $v, $v._version) | print($v.shape, $v.size(0), $v.numel(), $v.dim()) | log($v.stride(), $v.is_contiguous()) | print($v.grad_fn) | log($v.numpy().tolist())
log(torch.equal($v, $v), torch.allclose($t, $t)) | log($v.detach().numpy().shape) | print(repr($t)) | log(torch.is_tensor($v), torch.is_grad_enabled()) | log($v in [$v]) | print($t.grad_fn.name())
print(f'{$v} and {$v.sum():.2f}') | log(hash($v) == hash($v)) | log($v._base is $v) | log(np.array($v).tolist()) | print($v.grad) | print($v.T.shape, $v.nelement()) | log($v.storage_offset()) | log(max($v).item())
log($v.grad_fn.next_functions[0][0].name()) | log(torch.result_type($v, $v), torch.result_type($v, $n)) | log(torch.is_floating_point($v)) | print('%s' % $v) | log(torch.where($v)[0]) | log($v.nonzero())
"""

ERRORS = """
$= = $v.view(7) | $v.backward(torch.ones(5)) | $= = $v + torch.ones(4, 5) | $= = $v @ torch.ones(7, 2) | $= = $v[5] | $= = $v[0, 0, 0, 0] | $= = $v.sum(4) | $v[$i] = torch.ones(7) | $= = torch.cat([$v, torch.ones(1, 7)])
$= = $v.reshape(4, 4) | $v.item() | torch.ones(2).backward() | $= = $v.foo | $= = $v.permute(0, 0) | $= = torch.stack([$v, torch.ones(9)]) | $= = $v.expand(7, 7) | $= = $v + 'a' | $= = $v.to('cuda')
$= = nn.Linear(5, 2)($v) | $= = F.cross_entropy($v, $v) | $= = torch.tensor([[1, 2], [3]]) | $v.numpy() | $= = $v.gather(0, torch.tensor([9])) | $= = $v[1.5] | $= = $v['a'] | $v.requires_grad = 3 | $v.grad = 3
"""

FUNCTIONS = {
    "Cube": """
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 3 * x ** 2 * g""",
    "Scale": """
class Scale(torch.autograd.Function):
    @staticmethod
    def forward(x, k=2):
        return x * k
    @staticmethod
    def setup_context(ctx, inputs, output):
        log('setup', inputs, output)
        ctx.k = inputs[-1] if len(inputs) > 1 else 2
    @staticmethod
    def backward(ctx, g):
        log('needs', ctx.needs_input_grad)
        return (g * ctx.k,) + (None,) * (len(ctx.needs_input_grad) - 1)""",
    "Exp": """
class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y
    @staticmethod
    def backward(ctx, g):
        log('exp', g)
        return g * ctx.saved_tensors[0]""",
    "Round": """
class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()
    @staticmethod
    def backward(ctx, g):
        return g""",
    "Same": """
class Same(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x
    @staticmethod
    def backward(ctx, g):
        return g * 2""",
    "Flat": """
class Flat(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.shape = x.shape
        return x.view(-1)
    @staticmethod
    def backward(ctx, g):
        return g.reshape(ctx.shape)""",
    "Dirty": """
class Dirty(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x
    @staticmethod
    def backward(ctx, g):
        return g * 2""",
    "NotMarked": """
class NotMarked(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.add_(1)
        return x
    @staticmethod
    def backward(ctx, g):
        return g""",
    "Two": """
class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        a, b = x * 2, (x > 0)
        ctx.mark_non_differentiable(b)
        return a, b
    @staticmethod
    def backward(ctx, g, h):
        log('two', g, h)
        return g * 2""",
    "Pair": """
class Pair(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x + 1, x * 3
    @staticmethod
    def backward(ctx, g, h):
        log('pair', g, h)
        return h if g is None else g""",
    "TooMany": """
class TooMany(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return g, g""",
    "WrongShape": """
class WrongShape(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return torch.ones(5)""",
    "NotATensor": """
class NotATensor(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return 3.0""",
    "Nothing": """
class Nothing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return None""",
    "NoBackward": """
class NoBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2""",
    "Instance": """
class Instance(torch.autograd.Function):
    def forward(self, x):
        return x * 2
    def backward(self, g):
        return g * 2""",
    "Once": """
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return 2 * g * ctx.saved_tensors[0]""",
    "Double": """
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.double()
    @staticmethod
    def backward(ctx, g):
        return g""",
    "Raises": """
class Raises(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, g):
        raise ValueError('not here')""",
    "Number": """
class Number(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 3
    @staticmethod
    def backward(ctx, g):
        return g""",
    "Linear": """
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w
    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w if ctx.needs_input_grad[0] else None, g * x if ctx.needs_input_grad[1] else None""",
}

CALLS = """
$= = $c.apply($v) | $= = $c.apply($v) | $= = $c.apply($t) | $= = $c.apply($t, $n) | $= = $c.apply($v, $v) | $= = $c.apply($v)[0] | $= = $c.apply($l * 1) | $= = $c.apply($v); $=.sum().backward()
"""


def _table(text: str) -> list[str]:
    return [
        entry.strip(" ").replace("\\n", "\n")
        for entry in re.split(r" \| |\n(?! )", text)
        if entry.strip()
    ]


EXPRESSIONS = [
    (5, _table(POINTWISE)),
    (2, _table(REDUCTIONS)),
    (1, _table(PRODUCTS)),
    (4, _table(VIEWS)),
    (2, _table(COPIES)),
]


STATEMENTS: list[tuple[int, list[str]]] = [
    (12, ["$= = LEAF"]),
    (44, ["$= = EXPR"]),
    (15, _table(IN_PLACE)),
    (9, _table(HOOKS)),
    (13, _table(BACKWARD)),
    (5, _table(FLAGS)),
    (5, _table(BLOCKS)),
    (4, _table(MODULES)),
    (4, _table(QUERIES)),
    (2, _table(ERRORS)),
    (5, _table(CALLS)),
]

NUMBERS = ["2", "0.5", "-1", "3.0", "1", "0", "-0.25", "1.5", "True", "1e-3", "-2"]
DIMENSIONS = ["0", "-1", "1", "0", "-2", "-1"]
SHAPES = ["-1", "3, 2", "6", "2, 3", "1, -1", "3, -1", "-1, 1", "2, -1", "1, 2, 3", "(3, 2)"]
DTYPES = ["float64", "float32", "int64", "bool", "float16", "int32", "uint8", "float64"]
INDICES = """0 | -1 | 1: | ..., 0 | :, 1 | ::2 | None | ..., None | 0, 1 | :, :2 | ... | [0, 1] | torch.tensor([1, 0]) | :, [0, 1] | [[0], [1]] | : | 0:1
0, None | :1, 0 | $v > 0 | $v != $n | [True, False] | torch.tensor(0) | 0, [1, 0] | [0, 1], 0 | :, None, [0] | [0, 1], [1, 0] | torch.tensor([[0, 1]]) | -1, ... | 1 | :, -1: | ..., ::2
True | (0,) | slice(None) | [1], :1 | None, 0 | :0"""


class Writer:
    """Writes one program; `scope` is what it has done so far on `torch`."""

    def __init__(self, chance: random.Random, torch: Any) -> None:
        self.chance = chance
        self.torch = torch
        silent = lambda *_: None
        numpy = __import__("numpy")
        self.scope: dict[str, Any] = {
            "torch": torch,
            "nn": torch.nn,
            "F": torch.nn.functional,
            "np": numpy,
        }
        self.scope |= {"log": silent, "print": silent, "watch": silent}
        self.given = set(self.scope) | {"__builtins__", "row", "step", "loss"}
        self.count = 0
        self.lines: list[str] = []

    def program(self) -> str:
        length = self.chance.randint(4, 16)
        for _ in range(self.chance.randint(1, 3)):
            self.add("$= = LEAF")
        for _ in range(length * 3):
            if len(self.lines) >= length:
                break
            self.add(self.pick(STATEMENTS))
        if self.tensors(lambda t: t.requires_grad):
            self.add("$r.sum().backward()")
        look = ["# look: end"] if self.chance.random() < 0.3 else []
        return "\n".join(look + self.lines)

    def pick(self, table: list[tuple[int, list[str]]]) -> str:
        (family,) = self.chance.choices([entries for _, entries in table], [w for w, _ in table])
        return self.chance.choice(family)

    def add(self, template: str) -> None:
        """Fill and try the statement; one that raises is kept now and then only."""
        for _ in range(4):
            name = f"{'abcdefghpqrsuvw'[self.count % 15]}{self.count // 15 or ''}"
            try:
                text = self.fill(template.replace("$=", name), 0)
            except LookupError:  # no such variable yet
                return
            if re.search(r"requires_grad(_\(| = )False", text) and self.tensors(_is_view_of_leaf):
                continue  # PyTorch crashes if then the leaf is changed and the view is looked at
            raised = self.attempt(text)
            if not raised or self.chance.random() < 0.07:
                self.count += name in self.scope
                self.lines.append(text)
                return

    def attempt(self, text: str) -> bool:
        """Whether the statement raises."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(text, self.scope)
            except Exception:  # noqa: BLE001 - programs may be wrong
                return True
        return False

    def fill(self, template: str, depth: int) -> str:
        """The template with its holes filled, from left to right."""
        if template.endswith(("LEAF", "EXPR")):
            leaf = template.endswith("LEAF")
            chosen = self.chance.choice(LEAVES) if leaf else self.pick(EXPRESSIONS)
            template = template[:-4] + chosen
        return re.sub(r"\$(\w)", lambda hole: self.hole(hole[1], depth), template)

    def hole(self, kind: str, depth: int) -> str:
        tables = {"n": NUMBERS, "d": DIMENSIONS, "s": SHAPES, "k": ["True", "False"]}
        if kind in tables:
            return self.chance.choice(tables[kind])
        if kind == "y":
            return "torch." + self.chance.choice(DTYPES)
        if kind == "i":
            return self.fill(self.chance.choice(_table(INDICES)), depth + 1)
        if kind == "g":
            more = ["", ", requires_grad=True", ", requires_grad=True", ", requires_grad=True"]
            return self.chance.choice(
                [*more, ", dtype=torch.float64, requires_grad=True", ", dtype=torch.float64"]
            )
        if kind == "u" or (kind == "t" and depth < 2 and self.chance.random() < 0.3):
            text = self.fill(self.pick(EXPRESSIONS), depth + 1)
            return text if re.fullmatch(r"[\w.]+(\([^()]*\))?", text) else f"({text})"
        if kind == "c":
            name = self.chance.choice(list(FUNCTIONS))
            if name not in self.scope:
                self.lines.append(FUNCTIONS[name].strip("\n"))
                self.attempt(self.lines[-1])
                self.given.add(name)
            return name
        return self.variable(kind)

    def variable(self, kind: str) -> str:
        torch = self.torch
        if kind in "tvrl":
            fits = {
                "r": lambda t: t.requires_grad,
                "l": lambda t: t.requires_grad and t.is_leaf,
            }.get(kind, lambda t: True)
            names = self.tensors(fits)
        else:
            wanted = {
                "m": lambda v: isinstance(v, torch.nn.Module),
                "o": lambda v: isinstance(v, torch.optim.Optimizer),
                "h": lambda v: hasattr(v, "remove") and hasattr(v, "id"),
            }[kind]
            names = [n for n, v in self.scope.items() if n not in self.given and wanted(v)]
        if not names:
            raise LookupError(kind)
        recent = names[-3:] if self.chance.random() < 0.5 else names
        return self.chance.choice(recent)

    def tensors(self, fits: Any) -> list[str]:
        kind = self.torch.Tensor
        found = [n for n, v in self.scope.items() if n not in self.given and isinstance(v, kind)]
        return [n for n in found if self.fits(self.scope[n], fits)]

    def fits(self, tensor: Any, wanted: Any) -> bool:
        try:
            return tensor.numel() < 200 and wanted(tensor)
        except RuntimeError:  # a view whose base was changed says so at every look
            return False


def _is_view_of_leaf(tensor: Any) -> bool:
    return tensor._base is not None and tensor._base.is_leaf and tensor._base.requires_grad


def write_program(chance: random.Random, torch: Any) -> str:
    """A random program; `torch` is the library that it is tried on."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    text = Writer(chance, torch).program()
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    return text
