"""The statements of random programs, with holes: see `program_grammar`, which fills them."""

from __future__ import annotations

LEAVES = r"""
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
torch.randn(3, 4$g)
torch.randn(1, 3$g)
torch.rand(2, 2$g)
torch.ones(2, 1, 3$g)
torch.zeros(2, 2$g)
torch.tensor([1e-8, 1e8, 0.0]$g)
torch.tensor([-1, 300, 2], dtype=$y)
torch.tensor([[True, False], [False, True]])
torch.tensor(3)
torch.tensor([[0.1, 0.2], [0.3, 0.4]]$g)
torch.linspace(-2, 2, 6).view(2, 3).requires_grad_()
torch.randn(3, 2).t().requires_grad_()
torch.arange(12.0).view(3, 4)[::2].requires_grad_()
torch.nn.Parameter(torch.randn(3))
"""

POINTWISE = r"""
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
$t.eq($t) | $t.ge($n) | $t.gt($t) | $t.le($t) | $t.lt($n) | $t.ne($t) | torch.greater($t, $n) | torch.less_equal($t, $t) | $t.logical_and($t) | torch.logical_or($t, $t) | $t.bitwise_and($t)
$t.bitwise_xor(3) | $t.isinf() | $t.clip(0, 1) | $t.clip(max=$t) | $t.fix() | $t.absolute() | $t.negative() | $t.arccos() | torch.arctan2($t, $t) | $t.divide($t) | torch.div($t, $t, rounding_mode=None)
$t.floor_divide($t) | $t.subtract($t) | $t.multiply($n) | torch.max($t, $t) | torch.min($t, $t) | torch.where($v > 0, $n, $n) | $v.where($v > 0, $n) | F.elu($t, 0.5) | F.gelu($t, approximate='tanh')
F.softplus($t, 2, 1) | F.leaky_relu($t) | F.relu($t) | F.tanh($t) | F.sigmoid($t) | ($t - $t).abs() | ($t > 0).float() * $t | 1 - $t | 1 / (1 + torch.exp(-$t)) | $t * $t.sigmoid() | torch.clamp($t, min=$n, max=2)
torch.pow($t, 2) | torch.abs($t) | torch.log(1 + $t.exp()) | torch.add($t, $n) | torch.mul($t, $t) | torch.neg($t) | torch.sin($t) * torch.cos($t) | torch.sqrt($t ** 2 + 1) | $t.lt(0).any()
torch.where($t > 0, $t, torch.zeros_like($t)) | torch.where($t.isnan(), 0, $t) | $t.float() / 2 | $t.remainder($n) | $t.fmod($t) | $t.pow($t) | $t.atan2($t) | $t.maximum($t) | $t.logical_not()
"""

REDUCTIONS = r"""
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
$t.sum(($d, $d)) | $t.sum((0, 1), keepdim=True) | $t.sum(axis=$d, keepdims=True) | torch.mean($t, $d, dtype=torch.float64) | $t.prod($d, keepdim=True) | $t.max($d, True)[0] | $t.amax((0, 1)) | $t.amin($d, keepdim=True)
$t.var((0, 1)) | $t.std($d, keepdim=True) | $t.var($d, unbiased=False, keepdim=True) | $t.norm(dim=$d, keepdim=True) | $t.norm('fro') | torch.norm($t, 1, $d, True) | torch.linalg.vector_norm($t, 3)
torch.linalg.norm($t, dim=$d) | $t.logsumexp((0, 1)) | $t.logsumexp($d, True) | $t.any($d, keepdim=True) | $t.all() | $t.median($d, True).values | $t.sort($d, descending=True).values | $t.argsort($d)
$t.topk(1, largest=False)[0] | $t.unique(return_counts=True)[1] | $t.cumsum($d, dtype=torch.float64) | $t.cumprod(0) | torch.maximum($t, $t).sum() | $t.min($d, keepdim=True)[0] | $t.softmax(0, dtype=torch.float64)
F.log_softmax($t, -1, dtype=torch.float64) | F.l1_loss($t, $t, reduction='none') | F.smooth_l1_loss($t, $t, beta=0.5, reduction='sum') | F.mse_loss($t, $t, reduction='none') | F.cross_entropy($t, torch.tensor(0))
F.binary_cross_entropy_with_logits($t, $t.sigmoid(), reduction='none') | F.nll_loss($t.log_softmax(-1), torch.tensor([0, 1]), reduction='none') | F.cross_entropy($t, torch.tensor([1, 0]), reduction='sum')
F.cross_entropy($t, torch.tensor([1, -100])) | F.layer_norm($t, $t.shape) | F.batch_norm($t, None, None, training=True) | torch.sum($t) | torch.mean($t) | torch.max($t) | torch.std($t, dim=$d) | torch.prod($t, $d)
$t.sum(-1).mean() | ($t - $t.mean($d, keepdim=True)) / $t.std($d, keepdim=True) | ($t - $t).pow(2).mean() | $t.exp() / $t.exp().sum($d, keepdim=True) | $t.sum(0) + $t.sum(-1) | torch.logsumexp($t, dim=$d)
torch.argmax($t, dim=$d) | torch.argsort($t, dim=$d, descending=True) | torch.all($t > $n) | torch.any($t < 0, dim=$d) | torch.cumsum($t, dim=$d) | torch.var($t, dim=$d, correction=0) | torch.median($t)
"""

PRODUCTS = r"""
$t @ $t | $t @ $t | $t @ $t.t() | $t.t() @ $t | $t.matmul($t.mT) | torch.mm($t, $t.T) | torch.mv($t, $t) | torch.dot($t, $t)
torch.outer($t, $t) | torch.bmm($t[None], $t.t()[None]) | F.linear($t, $t) | F.linear($t, $t, $t) | torch.addmm($t, $t, $t)
torch.einsum('ij,ij->', $t, $t) | torch.einsum('ij,kj->ik', $t, $t) | torch.einsum('i,i->i', $t, $t) | torch.einsum('ij->j', $t)
torch.trace($t) | $t.diag() | $t.inverse() | torch.det($t) | $t.tril() | $t.triu(1)
$t.ger($t) | torch.einsum('ij,jk', $t, $t) | torch.einsum('ii', $t) | torch.einsum('ij->ji', $t) | torch.einsum('bij,bjk->bik', $t, $t) | torch.einsum('i,j->ij', $t, $t) | torch.einsum('ij,ij->i', $t, $t)
$t.matmul($t) | torch.matmul($t, $t) | $t.mv($t) | $t.mm($t) | torch.linalg.solve($t, $t) | torch.linalg.inv($t) | torch.linalg.det($t) | $t.diag(1) | torch.diag($t, -1) | $t.trace() | $t.outer($t) | $t.dot($t) | F.linear($t, $t[0])
$t.T @ $t | $t @ $t @ $t.T | ($t @ $t.T).diagonal().sum() | $t.bmm($t) | torch.einsum('bi,bi->b', [$t, $t]) | $t[None] @ $t.T | torch.matmul($t[0], $t.T) | ($t.unsqueeze(-1) * $t.unsqueeze(-2)).sum(-1)
"""

VIEWS = r"""
$v.view(-1) | $v.view($s) | $v.reshape($s) | $v.reshape(-1) | $v.t() | $v.T | $v.mT | $v.transpose(0, 1) | $v.transpose($d, $d)
$v.permute(1, 0) | $v.permute(2, 0, 1) | $v.unsqueeze($d) | $v.squeeze() | $v.squeeze($d) | $v.expand(2, 3) | $v.expand(3, -1)
$v.expand(2, *$v.shape) | $v.expand_as($v) | $v.unbind()[0] | $v.unbind($d)[-1] | $v.chunk(2)[0] | $v.chunk(2, $d)[1] | $v.split(1)[0]
$v.split([1, 2], $d)[1] | $v.select($d, 0) | $v.narrow($d, 0, 2) | $v.diagonal() | $v.diagonal(1) | $v.as_strided((2, 2), (1, 2))
$v.as_strided((3,), (1,), 1) | $v.flatten() | $v.flatten(0, 1) | $v.movedim(0, -1) | $v.swapaxes(0, 1)
$v.view_as($v) | $v.detach() | $v.data | $v[$i] | $v[$i] | $v[$i] | $v[$i][$i] | $v[:]
$v.t()[0] | $v.view(-1)[1:] | $v[0:1].squeeze(0) | $v.detach()[0] | $v[..., None].expand(*$v.shape, 2) | $v.mT[..., 0] | $v.squeeze((0, 1))
$v.moveaxis(0, -1) | $v.swapdims(0, 1) | $v.split(2, $d)[0] | $v.chunk(3, 1)[-1] | $v.narrow($d, 1, 1) | torch.narrow($v, $d, 0, 1) | $v.select($d, -1) | $v.unsqueeze(-1).squeeze(-1) | $v.expand(2, 2, 3) | $v.permute(-1, 0)
torch.permute($v, (1, 0)) | $v.transpose(-1, -2) | $v.diagonal(-1, 1, 0) | $v.movedim((0, 1), (1, 0)) | $v.squeeze(0).unsqueeze(0) | $v.flatten(1) | $v.as_strided((2,), (2,), 1) | $v.unbind(-1)[0]
$v.contiguous().view(-1) | $v.T.reshape(-1) | $v[None] | $v[..., -1:] | $v.view($v.size(0), -1) | $v.view(*$v.shape, 1) | torch.unsqueeze($v, 0) | torch.transpose($v, 0, 1) | torch.reshape($v, (-1,)) | torch.flatten($v)
torch.squeeze($v) | torch.chunk($v, 2)[0] | torch.split($v, 1)[-1] | torch.unbind($v)[0] | torch.select($v, 0, -1) | $v.view(-1)[::2] | $v.reshape($v.shape[::-1])
"""

COPIES = r"""
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
$t.new_full((2,), $n) | $t.new_ones(2, 3) | $t.new_empty(2).zero_() | $t.short() | $t.byte() | $t.char() | torch.empty_like($t).fill_(1) | torch.row_stack([$t, $t]) | torch.concat([$t, $t], -1) | torch.randn_like($t)
torch.ones(2, dtype=torch.promote_types($t.dtype, $y)) | F.dropout($t, 0.3, training=False) | F.one_hot(torch.tensor([0, 2]), 3) | $v.repeat(1, 2, 1) | $v.roll((1, 1), (0, 1)) | torch.flip($v, (0, 1)) | $v.masked_fill($v < 0, $t.sum())
$t.gather(1, torch.tensor([[0], [1]])) | $t.gather(-1, $t.argsort(-1)) | $t.index_select(0, torch.tensor([0, 0])) | $t.index_select(1, torch.tensor([-1])) | $t.scatter(1, torch.tensor([[0], [1]]), $t) | $t[$t.argmax()]
$t.scatter_add(1, torch.tensor([[0, 0, 1], [1, 1, 0]]), $t) | $t.index_add(1, torch.tensor([0, 0]), $t, alpha=2) | torch.masked_select($t, $t > 0) | $t[:, $t.argmax(0)] | $t[torch.randperm(2)] | $t[..., [0, -1]]
$t[None, [0]] | $t[[0, 1], [-1, 0]] | $t.tril(-1) | $t.triu(-1) | torch.tril($t.unsqueeze(0)) | $t.nonzero(as_tuple=True)[0] | torch.meshgrid($v.view(-1), $v.view(-1), indexing='xy')[1] | torch.clone($t.T)
$t.clone(memory_format=torch.contiguous_format) | $t.to(torch.float64, copy=True) | $t.to('cpu') | $t.cpu() | torch.stack([row * $n for row in $v]) | torch.stack([$t.sum(), $t.mean()]) | torch.cat([$v.view(-1), $t.view(-1)])
torch.stack([x * y for x, y in zip($v, $v)]) | sum([$t, $t]) | torch.zeros($v.shape) | torch.ones($v.size(0), 2) | torch.full($v.shape, $n) | torch.tensor([x.item() for x in $v.view(-1)]) | torch.empty(2, 3).copy_($t)
torch.where($t > 0)[0] | torch.arange($v.numel()).view_as($v) | $t.to(dtype=$y) | $t.to(device='cpu', dtype=$y) | torch.eye($v.shape[-1]) | torch.linspace(0, 1, $v.numel()) | torch.zeros_like($t, dtype=$y) | torch.triu($t, 1)
"""

IN_PLACE = r"""
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
$v.acos_() | $v.addcdiv_($t, $t) | $v.atan2_($t) | $v.bitwise_and_(1) | $v.ceil_() | $v.clip_(0, 1) | $v.cos_() | $v.cumprod_($d) | $v.divide_($t) | $v.expm1_() | $v.ge_($t) | $v.gt_(0) | $v.le_($t) | $v.log10_() | $v.log1p_()
$v.logical_and_($t) | $v.lt_($t) | $v.multiply_($t) | $v.ne_($t) | $v.negative_() | $v.rsqrt_() | $v.scatter_add_(0, torch.tensor([0, 0]), $t) | $v.sgn_() | $v.sign_() | $v.subtract_($t) | $v.swapaxes_(0, 1) | $v.tan_()
$v.true_divide_($t) | $v.add_($t, alpha=$n) | $v.div_($t, rounding_mode='floor') | $v.pow_($t) | $v.fmod_($t) | $v.remainder_($t) | $v.lerp_($t, $t) | $v.clamp_($t, $t) | $v.clamp_(max=$t) | $v.masked_fill_($v < 0, $t.sum())
$v.scatter_(1, torch.tensor([[0], [1]]), $t) | $v.copy_($t.T) | F.elu($v, inplace=True) | F.dropout($v, 0.5, inplace=True) | F.leaky_relu($v, inplace=True) | F.silu($v, inplace=True) | torch.sigmoid_($v) | torch.exp_($v)
$v.squeeze_($d) | $v.detach().copy_($t) | $v[[0, 1], [1, 0]] = $t | $v[$v > 0] += $n | $v[..., -1] *= $t | $v[1:] = $v[:-1] | $v[:, [0]] = $t | $v[$t > 0] = $t | $v[torch.tensor([0, 0])] += $t | $v[-1] = $v[0] | $v[::2].mul_(2)
$v[None, 0] = $t | $v[0, ...] = $n | $v.T[0] = $t | $v.view(-1)[0] = $t | $v.reshape(-1)[:2] += 1 | $v.narrow(0, 0, 1).add_($t) | $v.select(0, 0).copy_($t) | $v.split(1)[0].add_(1) | $v.expand(2, *$v.shape)[0].mul_(2)
$v.permute(1, 0).sub_($t) | $v.squeeze().add_(1) | $v.unsqueeze(0).add_($t) | $v.flatten().mul_(2) | $v[$i][$i] = $t | $v[$i][$i] += $n | $v &= $t | $v |= $t | $v ^= 1 | $v <<= 1 | $v -= $v.mean() | $v /= $v.sum() | $v **= $t
$v += $v | $v *= $v.T | $v -= 0.1 * $t | $v @= $t.T | torch.add($t, $t, out=$v) | torch.exp($t, out=$v) | torch.mul($t, $n, out=$v) | torch.sum($t, 0, out=$v) | $v.data.copy_($t) | $v.data.clamp_(0, 1) | $v.data.view(-1)[0] = $n
for row in $v:\n    row.mul_($n) | for i in range($v.shape[0]):\n    $v[i] = $v[i] * $n | for i, row in enumerate($v):\n    $v[i] = row.sum() | $v.detach().numpy()[...] = $n | $v.data.numpy().fill($n) | a, b = $v.chunk(2)\na.mul_(2)\nb.add_(a)
"""

HOOKS = r"""
$= = $r.register_hook(lambda g: g * $n) | $= = $r.register_hook(lambda g: log('hook', g)) | $= = $r.register_hook(lambda g: g.clamp(-1, 1)) | $r.retain_grad()
$= = $r.register_hook(lambda g: None) | $= = $r.register_hook(lambda g: g.sum()) | $= = $r.register_hook(lambda g: g.mul_(2)) | $= = $r.register_hook(lambda g: g + $t)
$= = $l.register_post_accumulate_grad_hook(lambda p: log('post', p.grad)) | $= = $l.register_post_accumulate_grad_hook(lambda p: p.grad.zero_())
$= = $r.grad_fn.register_hook(lambda i, o: log('node', i, o)) | $= = $r.grad_fn.register_hook(lambda i, o: tuple(g if g is None else g * 2 for g in i))
$= = $r.grad_fn.register_prehook(lambda o: log('pre', o)) | $= = $r.grad_fn.register_prehook(lambda o: tuple(g * 3 for g in o)) | $= = $r.grad_fn.register_hook(lambda i, o: (None,))
$h.remove() | $h.remove() | watch($r) | watch($r) | $r.register_hook(lambda g: log(g.requires_grad, torch.is_grad_enabled())) | $r.retain_grad() | $v.retain_grad() | $v.register_hook(print)
$= = $r.register_hook(lambda g: $v) | $= = torch.autograd.graph.register_multi_grad_hook(($r, $r), lambda gs: log('multi', gs)) | $l.register_hook(lambda g: g.double())
$= = $r.grad_fn.next_functions[0][0].register_hook(lambda *a: log('next', *a)) | $= = $r.grad_fn.next_functions[0][0].register_prehook(lambda *a: log('next', *a))
$= = $r.register_hook(lambda g: 1 / 0) | $= = $r.register_hook(lambda g: 3) | $= = $r.register_hook(lambda g: g.detach()) | $= = $r.register_hook(lambda g: g * g) | $= = $r.register_hook(lambda g: print(g)) | $= = $r.register_hook(lambda g: $=.remove())
$= = []; $r.register_hook($=.append) | $r.register_hook(lambda g: log(g.is_leaf, g.grad_fn)) | $= = $r.register_hook(lambda g: torch.zeros_like(g)) | $= = $r.register_hook(lambda g: torch.where(g > 0, g, 0)) | $= = $r.register_hook(lambda g: g / g.norm())
def clip(g):\n    log(g.norm())\n    return g.clamp(max=0.5)\n$= = $r.register_hook(clip) | $= = [x.register_hook(lambda g: log('one of', g)) for x in [$r, $r]] | $= = $r.grad_fn.register_hook(lambda i, o: log(len(i), len(o))) | for h in [$h]:\n    h.remove()
$= = $l.register_post_accumulate_grad_hook(lambda p: p.data.sub_(0.1 * p.grad)) | with torch.no_grad():\n    $r.register_hook(lambda g: g + 1) | $= = $r.grad_fn.register_prehook(lambda o: None) | $r.register_hook(lambda g: $l.grad) | $r.register_hook(lambda g: g.expand_as(g))
"""

BACKWARD = r"""
$r.sum().backward() | $r.sum().backward() | $r.mean().backward(retain_graph=True) | $r.backward() | ($t * $r).sum().backward() | $t.backward() | $r.sum().backward(create_graph=True)
$r.backward(torch.ones_like($r)) | $r.backward($t) | $r.backward(gradient=$t, retain_graph=True) | $= = $t.sum(); $=.backward(); $=.backward() | $= = $t.sum(); $=.backward(retain_graph=True); $=.backward()
$= = torch.autograd.grad($r.sum(), $l) | $= = torch.autograd.grad($r.sum(), [$l, $l], allow_unused=True) | $= = torch.autograd.grad($r.sum(), $r, create_graph=True, allow_unused=True)
$= = torch.autograd.grad($r.sum(), $l, create_graph=True)[0] | $= = torch.autograd.grad($r.sum(), $l, create_graph=True)[0]; $=.sum().backward() | $= = torch.autograd.grad($r, $l, $t)
$= = torch.autograd.grad($r.sum(), $l, retain_graph=True, allow_unused=True) | $= = torch.autograd.grad(($t * $l).sum(), $l, create_graph=True)[0]; ($= * $t).sum().backward(retain_graph=True)
torch.autograd.backward([$r.sum(), $t.sum()]) | torch.autograd.backward($r, torch.ones_like($r), inputs=[$l]) | $r.sum().backward(inputs=[$l]) | $r.sum().backward(inputs=[$r], retain_graph=True)
$= = torch.autograd.grad([$r.sum(), $t.sum()], [$l], allow_unused=True) | $= = torch.autograd.grad($r.sum(), [$l, $l], allow_unused=True, materialize_grads=True) | $= = $l.grad | $= = $r.grad
($u).sum().backward() | ($u * $t).sum().backward() | $r.sum().backward(); $r.sum().backward() | $= = (lambda x: x.grad_fn(torch.ones_like(x)))($r) | watch($r); $r.sum().backward(retain_graph=True)
$= = torch.autograd.grad($r.sum(), $l, create_graph=True, allow_unused=True); log($=[0] is None) | $= = torch.autograd.grad($r, [$l], grad_outputs=torch.ones_like($r), retain_graph=True, allow_unused=True)[0]
$= = torch.autograd.grad($r.sum(), {'a': $l}, allow_unused=True) | $r.sum().backward(create_graph=True, inputs=[$l]) | torch.autograd.backward([$r, $r], [torch.ones_like($r), torch.ones_like($r)])
$r.sum().backward(retain_graph=True); $r.grad_fn.register_hook(lambda i, o: log('late', i)); $r.sum().backward() | $= = torch.autograd.grad(torch.autograd.graph.get_gradient_edge($r), $l, torch.ones_like($r), allow_unused=True)
$= = torch.autograd.grad($r.sum(), torch.autograd.graph.get_gradient_edge($l), allow_unused=True) | $= = [torch.autograd.grad(x, $l, retain_graph=True, allow_unused=True)[0] for x in $r.view(-1)]
$= = $t.sum()\nfor _ in range(2):\n    $=, = torch.autograd.grad($=.sum(), $l, create_graph=True)\n$=.sum().backward() | $= = torch.autograd.grad(($l ** 3).sum(), $l, create_graph=True)[0]; $= = torch.autograd.grad($=.sum(), $l)[0]
for x in $r.view(-1):\n    x.backward(retain_graph=True) | $= = sum(x.sum() for x in [$r, $t]); $=.backward() | (($t - $l) ** 2).mean().backward() | ($u).mean().backward(retain_graph=True); ($u).sum().backward()
try:\n    $r.backward()\nexcept RuntimeError as e:\n    print(e) | try:\n    $v.add_($t)\nexcept RuntimeError as e:\n    print('failed:', e)\nelse:\n    $v.sum().backward()
$= = torch.stack([torch.autograd.grad(x, $l, retain_graph=True)[0] for x in $r.view(-1)]) | loss = $r.norm() + ($l ** 2).sum(); loss.backward(); log(loss) | $r.sum().backward(gradient=torch.tensor($n)) | ($r * $r.detach()).sum().backward()
"""

FLAGS = r"""
$v.requires_grad_() | $v.requires_grad_($k) | $v.requires_grad = $k | $= = $v.detach().requires_grad_() | $l.grad = None | $l.grad.zero_() | $l.grad = $t | $l.grad *= $n | del $v
$v.detach_() | torch.set_grad_enabled(False) | torch.set_grad_enabled(True) | torch.set_grad_enabled(True) | $l.data -= 0.1 * $l.grad | $l.grad += 1 | $l.grad = torch.ones_like($l) | $l.grad[0] = $n
torch.set_default_dtype(torch.float64) | torch.manual_seed(1) | torch.set_default_dtype(torch.float32) | $= = $v | $v, $v = $v, $v | $= = $v.requires_grad_().clone() | del $h
$l.grad = $l.grad.clone() | $l.grad = $l.grad / 2 | $l.grad.data.zero_() | $l.grad.clamp_(-1, 1) | $l.grad.detach_() | $l = $l.detach().requires_grad_() | $l = ($l - 0.1 * $l.grad).detach().requires_grad_() | $l.grad.requires_grad_()
$l.data = $l.data - 0.1 * $l.grad | $v.grad = $v.clone() | $v.requires_grad_().retain_grad() | $= = $v.grad_fn | $= = [$v, $t] | $= = {'x': $v, 'y': $t} | $= = $v, $v.detach() | $v = $v.clone() | $v = $u | $v, = $v.unbind()
torch.set_printoptions(precision=2) | torch.set_printoptions(sci_mode=False, linewidth=40) | torch.manual_seed(7); $= = torch.rand(2, 3) | $= = torch.Generator().manual_seed(3); $= = torch.rand(2, generator=$=)
"""

BLOCKS = r"""
with torch.no_grad():\n    $= = $t | with torch.no_grad():\n    $v.mul_($n) | with torch.no_grad():\n    $l -= 0.1 * $t | with torch.no_grad():\n    $= = $v[$i]\n$=.add_($n)
with torch.no_grad():\n    with torch.enable_grad():\n        $= = $t | with torch.set_grad_enabled($k):\n    $= = $u | with torch.no_grad():\n    $= = $v.view(-1)\n$= *= $t | with torch.enable_grad():\n    $= = $u
with torch.no_grad():\n    $= = $v.detach_() | with torch.no_grad():\n    $l.copy_($t) | with torch.no_grad():\n    $v[$i] = $t | with torch.inference_mode():\n    $= = $t | with torch.no_grad():\n    $= = $v.unbind()
@torch.no_grad()\ndef update(x):\n    return x * 2 + $t\n$= = update($v) | if $t.sum() > 0:\n    $= = $u\nelse:\n    $= = $t | for row in $v:\n    $v = $v + row.sum()
for step in range(2):\n    loss = ($u).sum()\n    loss.backward()\n    with torch.no_grad():\n        $l -= 0.1 * $l.grad\n        $l.grad.zero_() | for step in range(3):\n    $= = $v * $n\n    $= = $= + $v
def double_it(x):\n    return $u\n$= = double_it($t) | with torch.no_grad():\n    $= = $v.requires_grad_() | with torch.autograd.graph.saved_tensors_hooks(lambda x: x * 2, lambda x: x):\n    $= = $u
with torch.autograd.set_detect_anomaly(True):\n    $= = $u | with torch.no_grad():\n    $= = $v.expand(2, *$v.shape)
with torch.autograd.graph.saved_tensors_hooks(lambda x: x.detach().clone(), lambda x: x):\n    $= = $u | with torch.autograd.graph.saved_tensors_hooks(lambda x: (x, 1), lambda p: p[0]):\n    $= = $u\n$=.sum().backward()
with torch.autograd.detect_anomaly():\n    ($u).sum().backward() | with torch.no_grad():\n    $= = $v.detach()[$i] | with torch.inference_mode():\n    $= = $u\n$= = $=.clone() | with torch.inference_mode(False):\n    $= = $u
with torch.no_grad():\n    for p in [$l, $l]:\n        p -= 0.1 | @torch.enable_grad()\ndef again(x):\n    return $u\nwith torch.no_grad():\n    $= = again($v) | with torch.no_grad():\n    $v.add_($t)\n$= = $v * 2
with torch.no_grad():\n    $= = torch.cat([$v, $v]) | with torch.no_grad():\n    $= = nn.Parameter($u) | def f(x, y):\n    return (x * y).sum()\n$= = f($t, $r)\n$=.backward() | def f(x, n=3):\n    return x if n == 0 else f(x * $n, n - 1)\n$= = f($v)
for _ in range(5):\n    if $v.norm() < 1:\n        break\n    $v = $v / 2 | for i in range(3):\n    $v = $v.tanh() if i % 2 else $v * 2 | $= = [$v]\nfor i in range(2):\n    $=.append($=[-1] * $t) | for x in [$v, $t]:\n    log(x.requires_grad, x.is_leaf) | f = lambda x: x ** 2 + $t\n$= = f($v)
h = $v\nfor _ in range(3):\n    h = torch.tanh(h * $n + $t)\n$= = h.sum()\n$=.backward() | for epoch in range(2):\n    for x in $v:\n        loss = ((x * $l).sum() - 1) ** 2\n        loss.backward()\n    log(epoch, $l.grad)
with torch.no_grad():\n    $= = $r.sum()\n$=.backward() | @torch.inference_mode()\ndef infer(x):\n    return $u\n$= = infer($v) | for k in (1, 2):\n    $= = ($l ** k).sum()\n    $=.backward()\n    log($l.grad)\n    $l.grad = None
"""

MODULES = r"""
$= = nn.Linear(3, 2) | $= = nn.Linear(2, 3, bias=False) | $= = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)) | $= = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Dropout(0.5))
$= = nn.BatchNorm1d(3) | $= = nn.LayerNorm(3) | $= = nn.Embedding(4, 3) | $= = $m($t) | $= = $m($t) | $= = $m($t) | $= = torch.optim.SGD([$l], lr=0.1) | $= = torch.optim.SGD([$l, $l], lr=0.1, momentum=0.9)
$= = torch.optim.SGD($m.parameters(), lr=0.1, weight_decay=0.1) | $= = torch.optim.Adam($m.parameters(), lr=0.1) | $= = torch.optim.Adam([$l], lr=0.1) | $o.step() | $o.step() | $o.zero_grad()
$o.zero_grad(); ($m($t)).sum().backward(); $o.step() | $o.zero_grad(); ($l * $t).sum().backward(); $o.step() | $m.zero_grad() | $m.eval() | $m.train() | print($m) | print($o) | $m.requires_grad_(False)
$= = [p.grad for p in $m.parameters()] | $m.double() | $= = F.mse_loss($m($t), $t); $=.backward() | $= = dict($m.named_parameters()) | $m.register_forward_hook(lambda m, i, o: log('forward', i, o)) | $= = $m.weight
$= = nn.Sequential(nn.Linear(3, 2), nn.Sigmoid()) | $= = nn.Sequential(nn.Linear(3, 3), nn.LeakyReLU(0.1), nn.LayerNorm(3)) | $= = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 2)]) | $= = nn.Identity() | $= = nn.LazyLinear(2)
$= = nn.ParameterList([nn.Parameter(torch.ones(2))]) | $= = $M() | $= = $M() | $= = $M() | $= = $M()($t); $=.sum().backward() | $= = nn.Sequential($M(), nn.ReLU(), nn.Linear(3, 1)) | $= = nn.ModuleDict({'a': nn.Linear(3, 3), 'b': nn.ReLU()})
$m.load_state_dict($m.state_dict()) | log(list($m.state_dict())) | log([n for n, p in $m.named_parameters()]) | log(sum(p.numel() for p in $m.parameters())) | $m.apply(lambda m: None) | $m.half() | $m.float() | log($m.training)
$m.register_full_backward_hook(lambda m, i, o: log('back', i, o)) | $m.register_forward_pre_hook(lambda m, i: (i[0] * 2,)) | $= = $m(torch.ones(2, 3, requires_grad=True)) | $= = $m(torch.ones(2, 3)); $=.sum().backward()
$= = list($m.children()) | $= = [p for p in $m.parameters() if p.requires_grad] | for p in $m.parameters():\n    p.requires_grad_(False) | for n, p in $m.named_parameters():\n    log(n, p.shape, p.grad is None) | $= = __import__('copy').deepcopy($m)
with torch.no_grad():\n    for p in $m.parameters():\n        p.fill_($n) | for n, m in $m.named_modules():\n    log(n, type(m).__name__) | $m.register_buffer('seen', $t) | $m.extra = nn.Parameter($t.detach().clone()) | $m.weight.data.fill_($n)
$= = $m.weight.grad | $= = $m.state_dict() | log(len(list($m.modules()))) | $m[0].weight.requires_grad_(False) | $= = $m[0] | $m.weight = nn.Parameter($t.detach()) | for p in $m.parameters():\n    p.register_hook(lambda g: g * 2)
with torch.no_grad():\n    for p in $m.parameters():\n        p -= 0.1 * p.grad | $= = $m.eval()($t) | for x in $t:\n    log($m(x)) | $m.zero_grad(set_to_none=False) | $= = torch.nn.utils.clip_grad_norm_($m.parameters(), 1.0)
$m.register_forward_hook(lambda m, i, o: o * 2) | $m.register_full_backward_hook(lambda m, i, o: tuple(g if g is None else g * 2 for g in i)) | $= = $m[:1] | $m.add_module('more', nn.Linear(2, 2)) | $= = $m.state_dict(); $=.clear()
$= = nn.Sequential(nn.Linear(3, 3), nn.ReLU())\nfor layer in $=:\n    $v = layer($v) | log({k: v.shape for k, v in $m.state_dict().items()}) | $m.train(False) | $= = type($m).__name__, len(str($m)) | $m.to(torch.float64) | $= = next($m.parameters()) | $= = $m($t).detach()
def init(m):\n    if isinstance(m, nn.Linear):\n        nn.init.constant_(m.weight, 0.1)\n$m.apply(init) | del $m.bias | $m.weight = $t | $= = nn.Sequential($m, $m) | $m.bias = None | $= = hasattr($m, 'weight'), $m.training
"""

QUERIES = r"""
print($v) | print($t) | log($v.is_leaf, $v.requires_grad, $v.shape, $v.dtype) | log($v.item()) | log($t.item()) | log(float($v)) | log(bool($t)) | log(len($v)) | log(int($v)) | log($t.tolist())
log([row.tolist() for row in $v]) | log($v is $v, $v._version) | print($v.shape, $v.size(0), $v.numel(), $v.dim()) | log($v.stride(), $v.is_contiguous()) | print($v.grad_fn) | log($v.numpy().tolist())
log(torch.equal($v, $v), torch.allclose($t, $t)) | log($v.detach().numpy().shape) | print(repr($t)) | log(torch.is_tensor($v), torch.is_grad_enabled()) | log($v in [$v]) | print($t.grad_fn.name())
print(f'{$v} and {$v.sum():.2f}') | log(hash($v) == hash($v)) | log($v._base is $v) | log(np.array($v).tolist()) | print($v.grad) | print($v.T.shape, $v.nelement()) | log($v.storage_offset()) | log(max($v).item())
log($v.grad_fn.next_functions[0][0].name()) | log(torch.result_type($v, $v), torch.result_type($v, $n)) | log(torch.is_floating_point($v)) | print('%s' % $v) | log(torch.where($v)[0]) | log($v.nonzero())
"""

ERRORS = r"""
$= = $v.view(7) | $v.backward(torch.ones(5)) | $= = $v + torch.ones(4, 5) | $= = $v @ torch.ones(7, 2) | $= = $v[5] | $= = $v[0, 0, 0, 0] | $= = $v.sum(4) | $v[$i] = torch.ones(7) | $= = torch.cat([$v, torch.ones(1, 7)])
$= = $v.reshape(4, 4) | $v.item() | torch.ones(2).backward() | $= = $v.foo | $= = $v.permute(0, 0) | $= = torch.stack([$v, torch.ones(9)]) | $= = $v.expand(7, 7) | $= = $v + 'a' | $= = $v.to('cuda')
$= = nn.Linear(5, 2)($v) | $= = F.cross_entropy($v, $v) | $= = torch.tensor([[1, 2], [3]]) | $v.numpy() | $= = $v.gather(0, torch.tensor([9])) | $= = $v[1.5] | $= = $v['a'] | $v.requires_grad = 3 | $v.grad = 3
$= = torch.zeros(2, 3) @ torch.zeros(2, 3) | $= = nn.Linear(3, 2)(torch.ones(3, dtype=torch.float64)) | $= = nn.CrossEntropyLoss()($t, torch.tensor([0.5, 1])) | $= = torch.tensor('a') | $= = torch.ones(2, -1) | $= = $v.view(2, 2, 2, 2)
$= = F.nll_loss($t, torch.tensor([7, 0])) | $= = $v.squeeze(5) | $= = torch.cat([]) | $= = torch.stack([]) | $= = torch.cat($v, 1) | $= = $v.transpose(0, 5) | $= = nn.Embedding(2, 2)(torch.tensor([5])) | $= = $v.split(0) | $= = $v.chunk(0)
$= = $v.unsqueeze(9) | $= = $v + [1, 2] | $= = $v @ 3 | $= = torch.sum() | $= = torch.exp(2.0) | $= = $v.sum(dim='a') | $= = torch.add($v) | $= = $v.mean(dtype=torch.int64) | $= = torch.arange(5, 1) | $= = $v.index_select(0, torch.tensor([0.5]))
torch.autograd.grad($v, $v) | $v.backward(2) | torch.autograd.grad($r.sum(), [torch.ones(2, requires_grad=True)]) | $v.retain_grad(); $v.grad.zero_() | $l.add_(1) | $v.grad = torch.ones(9) | torch.nn.Parameter(3) | nn.Linear(3) | nn.ReLU(3, 4)
torch.optim.SGD([], lr=0.1) | torch.optim.SGD([$v], lr=-1) | torch.optim.Adam($v) | $m.load_state_dict({}) | $m.load_state_dict({'a': $v}) | $m.foo | $m('a') | $m() | $= = $v.numpy() + $v | $= = $v.foo() | $v.shape[7] | $v.dtype = torch.float64 | $v.T = 3
"""


LAYERS = r"""
$= = nn.Softmax(dim=-1)($t) | $= = nn.CrossEntropyLoss()($t, torch.tensor([0, 1])) | $= = nn.MSELoss(reduction='sum')($t, $t) | $= = nn.BCELoss()($t.sigmoid(), $t.sigmoid()) | $= = nn.L1Loss()($t, $t) | $= = nn.ELU()($t)
$= = nn.GELU()($t) | $= = nn.Softplus()($t) | $= = nn.Flatten()($t) | $= = nn.Flatten(0)($t) | $= = nn.LogSoftmax(-1)($t) | $= = nn.SiLU()($t) | $= = nn.NLLLoss()($t.log_softmax(-1), torch.tensor([1, 0])) | $= = nn.Dropout(0.5)($t)
$= = nn.BCEWithLogitsLoss()($t, $t.sigmoid()) | $= = nn.SmoothL1Loss()($t, $t) | $= = nn.Tanh()($t) | $= = nn.Sequential(nn.ReLU(), nn.Flatten())($t) | $= = nn.Embedding(3, 2)(torch.tensor([0, 2, 0])); $=.sum().backward()
$= = nn.Conv2d(1, 2, 2)($t[None, None]) | $= = nn.Conv2d(1, 1, (1, 2), padding=1)($t[None, None]).sum() | $= = F.conv2d($t[None, None], $t[None, None]) | $= = nn.MaxPool2d(2)($t[None, None]) | $= = F.avg_pool2d($t[None], 2, 1)
$= = F.max_pool2d($t[None, None], (1, 2), stride=1) | $= = nn.BatchNorm2d(1)($t[None, None]) | $= = F.avg_pool2d($t[None, None], 2, padding=1) | $= = F.conv2d($t[None, None], torch.ones(2, 1, 1, 1), torch.ones(2), stride=2)
nn.init.ones_($v) | nn.init.xavier_uniform_($v) | nn.init.kaiming_normal_($v) | nn.init.zeros_($l) | nn.init.uniform_($l, -1, 1) | nn.init.normal_($v, 0, 0.1) | nn.init.constant_($l, 0.3) | nn.init.kaiming_uniform_($v, nonlinearity='relu')
"""

OPTIMIZERS = r"""
$= = torch.optim.Adam([$l], lr=0.1, weight_decay=0.1) | $= = torch.optim.AdamW([$l], lr=0.1) | $= = torch.optim.RMSprop([$l], lr=0.1) | $= = torch.optim.Adagrad([$l], lr=0.1) | $= = torch.optim.SGD([$l], lr=0.1, momentum=0.9, nesterov=True)
$= = torch.optim.SGD([{'params': [$l]}, {'params': [$l], 'lr': 0.5}], lr=0.1) | $o.zero_grad(set_to_none=False) | $o.step(lambda: ($l * 2).sum()) | log($o.state_dict()['param_groups']) | $o.param_groups[0]['lr'] = 0.01
$= = torch.optim.lr_scheduler.StepLR($o, 1) | $o.load_state_dict($o.state_dict()) | $o.add_param_group({'params': [torch.ones(2, requires_grad=True)]}) | $= = torch.optim.SGD($m.parameters(), lr=0.1, momentum=0.9)
log(nn.utils.clip_grad_norm_([$l], 1.0)) | nn.utils.clip_grad_value_([$l], 0.1) | $= = torch.optim.lr_scheduler.LambdaLR($o, lambda e: 0.5 ** e); $o.step(); $=.step(); log($=.get_last_lr()) | log($o.param_groups[0]['lr'])
for step in range(3):\n    $o.zero_grad()\n    loss = ($l ** 2).sum()\n    loss.backward()\n    $o.step()\n    log(step, loss.item()) | for step in range(2):\n    $o.zero_grad()\n    loss = F.mse_loss($m($t), $t)\n    loss.backward()\n    $o.step()
def closure():\n    $o.zero_grad()\n    loss = ($l * $t).pow(2).sum()\n    loss.backward()\n    return loss\nlog($o.step(closure)) | $= = torch.optim.SGD([$l], lr=$n) | $= = torch.optim.Adam([$l, $l], lr=0.01, betas=(0.5, 0.9))
for x, y in zip($v, $v):\n    $o.zero_grad()\n    loss = ((x * $l - y) ** 2).mean()\n    loss.backward()\n    $o.step() | log(len($o.state), [sorted(s) for s in $o.state.values()]) | with torch.no_grad():\n    $o.step()
"""

FUNCTIONALS = r"""
$= = torch.autograd.functional.jacobian(lambda x: x * $t, $v) | $= = torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), $v) | $= = torch.autograd.functional.vjp(lambda x: x.exp() * 2, $v, torch.ones_like($v))[1]
$= = torch.autograd.functional.jvp(lambda x: x ** 2, $v, torch.ones_like($v))[1] | $= = torch.autograd.functional.jacobian(lambda x: x.sum(0), $v, create_graph=True) | $= = torch.autograd.functional.vhp(lambda x: x.prod(), $v, $v)[1]
$= = torch.autograd.functional.hvp(lambda x: (x ** 2 * 3).sum(), $v, torch.ones_like($v)) | $= = torch.autograd.functional.jacobian(lambda x, y: x * y, ($v, $v)) | $= = torch.autograd.functional.vjp(lambda x: $u, $v, $t, strict=True)
$= = torch.autograd.graph.get_gradient_edge($r).node.name() | log(torch.autograd.graph.get_gradient_edge($r).output_nr) | $= = torch.autograd.gradcheck(lambda x: x ** 2, torch.ones(2, dtype=torch.float64, requires_grad=True))
$= = $r.grad_fn.next_functions | log($r.grad_fn.next_functions[0][0]) | log($r.grad_fn.metadata, $r.grad_fn.requires_grad) | $= = $r.grad_fn._input_metadata[0].shape | $= = torch.autograd.Variable($v, requires_grad=True)
node = $r.grad_fn\nwhile node is not None and node.next_functions:\n    log(node.name())\n    node = node.next_functions[0][0] | log([f and f.name() for f, _ in $r.grad_fn.next_functions]) | log($r.grad_fn is $r.grad_fn, type($r.grad_fn).__name__)
log(torch.autograd.gradcheck(lambda x: (x * $t.double()).sum(), $v.detach().double().requires_grad_(), raise_exception=False)) | $= = torch.autograd.functional.hessian(lambda x: $u.sum(), $v) | log(sorted(n for n in dir($r.grad_fn) if n.startswith('_saved')))
"""

CONVERSIONS = r"""
$= = torch.tensor($v.tolist(), dtype=$y) | $= = torch.as_tensor($v.detach().numpy()) | $= = torch.from_numpy($v.detach().numpy()); $=.add_(1) | $= = np.ones(3) | $= = $t.numpy(force=True) | $= = __import__('copy').deepcopy($v)
$= = __import__('pickle').loads(__import__('pickle').dumps($l)) | $= = torch.Tensor(2, 3).zero_() | $= = torch.FloatTensor([1, 2]) | $= = torch.zeros(2, 3).bernoulli_(0.5) | $= = torch.normal(0.0, 1.0, (2, 3)) | $= = torch.tensor($n)
$= = torch.multinomial(torch.tensor([0.2, 0.8]), 3, replacement=True) | $= = torch.randint(3, (2, 3), dtype=torch.float32) | $= = torch.linspace(0, 1, 4, dtype=$y) | $= = torch.arange(1, 7, 2, dtype=$y) | $= = torch.tensor([$n, $n])
$= = torch.full((2, 2), $n, dtype=$y) | $= = torch.eye(2, 3, dtype=$y) | $= = nn.Parameter($v.detach()) | $= = nn.Parameter(torch.ones(3), requires_grad=False) | $= = torch.tensor(np.arange(3.0), requires_grad=True) | $= = $t + np.ones(3)
$= = torch.tensor([$v.sum(), $n]) | $= = torch.tensor($v) | $= = np.asarray($v.detach()) | $= = $v.detach().numpy() * 2 | $= = torch.tensor([[$n, $n], [$n, $n]], dtype=$y) | $= = np.float64(2.5) * $t | $= = torch.LongTensor([0, 1])[$i]
$= = $v.item() if $v.numel() == 1 else $v.tolist() | $= = torch.zeros(3, requires_grad=True) + $v.detach() | $= = torch.randn(3, requires_grad=True, dtype=torch.float64) | $= = [float(x) for x in $v.view(-1)]; $= = torch.tensor($=)
$= = __import__('io').BytesIO(); torch.save($v, $=); $=.seek(0); $= = torch.load($=) | $= = np.stack([$v.detach().numpy()] * 2) | $= = torch.tensor(list($v.shape)) | $= = dict(zip('ab', $v)) | $= = torch.as_tensor($v.tolist(), dtype=$y)
data = torch.utils.data\nfor x, y in data.DataLoader(data.TensorDataset($v, $v), batch_size=2):\n    log(x, y.shape) | for x, in torch.utils.data.DataLoader(torch.utils.data.TensorDataset($v), shuffle=True):\n    log(x)
$= = sorted($v.view(-1), key=float)[0] | $= = torch.tensor([row.sum() for row in $v]) | $= = [*$v] | $= = max($v.view(-1), key=lambda x: x.item()) | $= = torch.tensor($t.sum().item()) | $= = torch.ones($v.shape, dtype=$v.dtype, requires_grad=True)
"""

PRINTING = r"""
print($t.sum().item()) | print($v.tolist()) | print([$t.max()]) | print({'a': $v}) | print('{:.3f}'.format($t.sum())) | print(f'{$t.mean().item():.4f}') | print($v.type(), $v.itemsize) | print($v.shape == $v.shape, $v.size())
print($v.is_leaf, $v.grad is None, $v.output_nr) | print($t.bool().any().item()) | print(($t > 0).sum()) | print($v.element_size(), $v.ndim) | print(list($v.size())) | log(torch.numel($v)) | log(sorted($v.view(-1).tolist())) | log(sum($v))
log([float(x) for x in $v.view(-1)]) | log(abs($v).max()) | log(bool(($v == $v).all())) | log(round($v.sum().item(), 2)) | log(divmod($v.numel(), 2)) | log(len($v.shape)) | log(5 in $v) | print($v.shape[-1], *$v.shape) | print(($v, $n))
print($v * 1e6) | print($v / 1e5) | print($v.view(-1)[:1], $v.dtype) | print(torch.cat([$v.view(-1)] * 300)) | print($v.grad_fn, $l.grad) | print(f'{$v}', f'{$v.shape}') | print([x for x in $v]) | print(nn.Parameter($v.detach())) | print($v[$i])
print(f'{$v.sum():8.3f}|{$n}') | print('%.2f %s' % ($v.sum(), $v.dtype)) | print(type($v), type($v.shape)) | print($v.requires_grad, $v.device) | print(str($v.size())[10:]) | log($v.sum() > $n, $v.mean() == $v.mean()) | print(max($v.view(-1)), min($v.view(-1)))
"""
