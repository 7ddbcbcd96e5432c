# type: ignore  (written as notebooks are)
# ruff: noqa: BLE001
"""Functions of one's own: a Legendre polynomial, a clipped one, one with two inputs; and wrong ones."""

import math

import torch


class LegendrePolynomial3(torch.autograd.Function):
    """P3(x) = (5 x^3 - 3 x) / 2."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


dtype = torch.float
device = torch.device("cpu")
x = torch.linspace(-math.pi, math.pi, 2000, device=device, dtype=dtype)
y = torch.sin(x)
a = torch.full((), 0.0, device=device, dtype=dtype, requires_grad=True)
b = torch.full((), -1.0, device=device, dtype=dtype, requires_grad=True)
c = torch.full((), 0.0, device=device, dtype=dtype, requires_grad=True)
d = torch.full((), 0.3, device=device, dtype=dtype, requires_grad=True)
learning_rate = 5e-6
for t in range(500):
    P3 = LegendrePolynomial3.apply
    y_pred = a + b * P3(c + d * x)
    loss = (y_pred - y).pow(2).sum()
    if t % 100 == 99:
        print(t, f"{loss.item():.1f}")
    loss.backward()
    with torch.no_grad():
        a -= learning_rate * a.grad
        b -= learning_rate * b.grad
        c -= learning_rate * c.grad
        d -= learning_rate * d.grad
        a.grad = None
        b.grad = None
        c.grad = None
        d.grad = None
print(
    f"Result: y = {abs(a.item()):.2f} + {b.item():.2f} * P3({abs(c.item()):.2f} + {d.item():.2f} x)"
)

x = torch.tensor([-0.5, 0.0, 1.0], requires_grad=True)
y = LegendrePolynomial3.apply(x)
print(y)
print(y.grad_fn.name())
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
print(g)
print(torch.autograd.grad(g.sum(), x))
print(LegendrePolynomial3.apply(torch.ones(2)))


class Exp(torch.autograd.Function):
    @staticmethod
    def forward(i):
        return i.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


y = Exp.apply(x)
print(y)
y.sum().backward()
print(x.grad)


class LinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        print("needs", ctx.needs_input_grad)
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


torch.manual_seed(0)
inputs = torch.randn(4, 3, dtype=torch.double)
weight = torch.randn(2, 3, dtype=torch.double, requires_grad=True)
bias = torch.randn(2, dtype=torch.double, requires_grad=True)
out = LinearFunction.apply(inputs, weight, bias)
print(out)
out.sum().backward()
print(weight.grad, bias.grad, sep="\n")


class Linear(torch.nn.Module):
    def __init__(self, features, out_features):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(out_features, features))
        self.bias = torch.nn.Parameter(torch.zeros(out_features))
        torch.nn.init.uniform_(self.weight, -0.1, 0.1)

    def forward(self, input):
        return LinearFunction.apply(input, self.weight, self.bias)

    def extra_repr(self):
        return f"features={self.weight.shape[1]}, out_features={self.weight.shape[0]}"


layer = Linear(3, 2)
print(layer)
print(layer(inputs.float()))


class Sign(torch.autograd.Function):
    """A straight-through estimator."""

    @staticmethod
    def forward(ctx, x):
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        return g.clamp(-1, 1)


x = torch.tensor([-2.0, 0.5], requires_grad=True)
(Sign.apply(x) * torch.tensor([3.0, 0.5])).sum().backward()
print(x.grad)


class TooMany(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g, g


class WrongShape(TooMany):
    @staticmethod
    def backward(ctx, g):
        return g.sum().expand(7)


class WrongFormula(TooMany):
    @staticmethod
    def backward(ctx, g):
        return g * 3


for wrong in (TooMany, WrongShape, WrongFormula):
    x = torch.ones(3, dtype=torch.double, requires_grad=True)
    try:
        print(torch.autograd.gradcheck(wrong.apply, (x,)))
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
print(torch.autograd.gradcheck(Exp.apply, (x,)))
print(torch.autograd.gradcheck(LegendrePolynomial3.apply, (x,), eps=1e-6, atol=1e-4))
try:
    LegendrePolynomial3()(x)
except Exception as error:
    print(type(error).__name__, error)
