"""Custom Functions and modules that random programs define, by name; and how Functions are called."""

from __future__ import annotations

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
    "Power": """
class Power(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, n):
        ctx.n = n
        ctx.save_for_backward(x, None)
        return x ** n
    @staticmethod
    def backward(ctx, g):
        x, nothing = ctx.saved_tensors
        log(nothing, ctx.needs_input_grad)
        return g * ctx.n * x ** (ctx.n - 1), None""",
    "Twice": """
class SinBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, g, x):
        ctx.save_for_backward(g, x)
        return g * x.cos()
    @staticmethod
    def backward(ctx, h):
        g, x = ctx.saved_tensors
        return h * x.cos(), -h * g * x.sin()
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()
    @staticmethod
    def backward(ctx, g):
        return SinBackward.apply(g, ctx.saved_tensors[0])""",
    "Swap": """
class Swap(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        return y.clone(), x.clone()
    @staticmethod
    def backward(ctx, g, h):
        log('swap', g, h)
        return h, g""",
    "Largest": """
class Largest(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        values, where = x.max(-1)
        ctx.mark_non_differentiable(where)
        ctx.save_for_backward(x, where)
        return values, where
    @staticmethod
    def backward(ctx, g, _):
        x, where = ctx.saved_tensors
        return torch.zeros_like(x).scatter(-1, where.unsqueeze(-1), g.unsqueeze(-1))""",
    "Again": """
class Again(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x.detach().requires_grad_(x.requires_grad)
        with torch.enable_grad():
            ctx.y = ctx.x.exp() * 2
        return ctx.y.detach()
    @staticmethod
    def backward(ctx, g):
        return torch.autograd.grad(ctx.y, ctx.x, g)[0]""",
    "Straight": """
class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.abs() <= 1)
        return x.sign()
    @staticmethod
    def backward(ctx, g):
        inside, = ctx.saved_tensors
        g.mul_(0.5)
        return g * inside""",
    "Scaled": """
class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale=0.5, *, shift=0.0):
        ctx.scale = scale
        return x * scale + shift
    @staticmethod
    def backward(ctx, g):
        return (g * ctx.scale, None)[: len(ctx.needs_input_grad)]""",
}

MODULES = {
    "Net": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.last = nn.Linear(4, 2)
    def forward(self, x):
        return self.last(torch.relu(self.first(x)))""",
    "Affine": """
class Affine(nn.Module):
    def __init__(self, n=3):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(n))
        self.shift = nn.Parameter(torch.zeros(n))
        self.register_buffer('count', torch.tensor(0))
    def forward(self, x):
        self.count += 1
        return x * self.scale + self.shift
    def extra_repr(self):
        return f'n={self.scale.numel()}'""",
    "Residual": """
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 3), nn.GELU())
    def forward(self, x):
        return x + self.body(x)""",
    "Shared": """
class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(3, 3, bias=False)
        self.two = self.one
    def forward(self, x):
        return self.two(torch.tanh(self.one(x)))""",
    "Gate": """
class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(3, 3) for _ in range(2))
        self.drop = nn.Dropout(0.5)
    def forward(self, x):
        for layer in self.layers:
            x = self.drop(layer(x)).sigmoid() * x
        return x""",
    "Fails": """
class Fails(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(torch.ones(2))""",
}
"""Modules, by name."""

CALLS = r"""
$= = $c.apply($v) | $= = $c.apply($v) | $= = $c.apply($t) | $= = $c.apply($t, $n) | $= = $c.apply($v, $v) | $= = $c.apply($v)[0] | $= = $c.apply($l * 1) | $= = $c.apply($v); $=.sum().backward()
$= = $c.apply($t, 3) | $= = $c.apply($v).sum() * $c.apply($t) | $= = $c.apply($c.apply($v)) | with torch.no_grad():\n    $= = $c.apply($v) | $c.apply($v)[0].sum().backward(retain_graph=True) | $= = $c.apply($t[$i])
"""
