# type: ignore  (written as notebooks are)
"""Fitting sin(x) with a polynomial, five times: numpy, tensors, autograd, nn, optim."""

import math

import numpy as np
import torch

print("--- numpy")
rng = np.random.RandomState(0)
x = np.linspace(-math.pi, math.pi, 2000)
y = np.sin(x)
a, b, c, d = rng.randn(4)
rate = 1e-6
for step in range(500):
    predicted = a + b * x + c * x**2 + d * x**3
    loss = np.square(predicted - y).sum()
    if step % 50 == 49:
        print(step, loss)
    slope = 2.0 * (predicted - y)
    a -= rate * slope.sum()
    b -= rate * (slope * x).sum()
    c -= rate * (slope * x**2).sum()
    d -= rate * (slope * x**3).sum()
print(f"Result: y = {a:.6f} + {b:.6f} x + {c:.6f} x^2 + {d:.6f} x^3")

print("--- tensors, gradients by hand")
torch.manual_seed(0)
dtype = torch.float
device = torch.device("cpu")
x = torch.linspace(-math.pi, math.pi, 2000, device=device, dtype=dtype)
y = torch.sin(x)
a = torch.randn((), device=device, dtype=dtype)
b = torch.randn((), device=device, dtype=dtype)
c = torch.randn((), device=device, dtype=dtype)
d = torch.randn((), device=device, dtype=dtype)
print(a, b, c, d)
for step in range(500):
    predicted = a + b * x + c * x**2 + d * x**3
    loss = (predicted - y).pow(2).sum().item()
    if step % 50 == 49:
        print(step, f"{loss:.4g}")
    slope = 2.0 * (predicted - y)
    a -= rate * slope.sum()
    b -= rate * (slope * x).sum()
    c -= rate * (slope * x**2).sum()
    d -= rate * (slope * x**3).sum()
print(f"Result: y = {a.item():.4f} + {b.item():.4f} x + {c.item():.4f} x^2 + {d.item():.4f} x^3")

print("--- autograd")
torch.manual_seed(0)
x = torch.linspace(-math.pi, math.pi, 2000, dtype=dtype)
y = torch.sin(x)
a = torch.randn((), dtype=dtype, requires_grad=True)
b = torch.randn((), dtype=dtype, requires_grad=True)
c = torch.randn((), dtype=dtype, requires_grad=True)
d = torch.randn((), dtype=dtype, requires_grad=True)
first = None
for step in range(500):
    predicted = a + b * x + c * x**2 + d * x**3
    loss = (predicted - y).pow(2).sum()
    if first is None:
        first = loss.item()
    if step % 50 == 49:
        print(f"step {step}  loss {loss.item():.4g}  relative {loss.item() / first:.4f}")
    loss.backward()
    with torch.no_grad():
        a -= rate * a.grad
        b -= rate * b.grad
        c -= rate * c.grad
        d -= rate * d.grad
        a.grad = None
        b.grad = None
        c.grad = None
        d.grad = None
print(a.grad, loss.grad_fn.name())
print(f"Result: y = {a.item():.4f} + {b.item():.4f} x + {c.item():.4f} x^2 + {d.item():.4f} x^3")

print("--- a module")


class Cubic(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.randn(()))
        self.b = torch.nn.Parameter(torch.randn(()))
        self.c = torch.nn.Parameter(torch.randn(()))
        self.d = torch.nn.Parameter(torch.randn(()))

    def forward(self, x):
        return self.a + self.b * x + self.c * x**2 + self.d * x**3

    def string(self):
        return f"y = {self.a.item():.4f} + {self.b.item():.4f} x + {self.c.item():.4f} x^2 + {self.d.item():.4f} x^3"


torch.manual_seed(1)
model = Cubic()
print(model)
for name, parameter in model.named_parameters():
    print(name, parameter)
criterion = torch.nn.MSELoss(reduction="sum")
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
for step in range(500):
    predicted = model(x)
    loss = criterion(predicted, y)
    if step % 50 == 49:
        print(step, round(loss.item()))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"Result: {model.string()}")

print("--- nn, steps by hand")
torch.manual_seed(2)
powers = torch.tensor([1, 2, 3])
xx = x.unsqueeze(-1).pow(powers)
print(xx.shape, xx[:1])
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
print(model)
loss_fn = torch.nn.MSELoss(reduction="sum")
for step in range(500):
    loss = loss_fn(model(xx), y)
    if step % 50 == 49:
        print(step, f"{loss.item():.4g}")
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= rate * parameter.grad
layer = model[0]
print(layer)
print(f"bias {layer.bias.item():.4f}, weights {[round(w, 4) for w in layer.weight[0].tolist()]}")

print("--- optim")
torch.manual_seed(3)
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
print(optimizer)
for step in range(500):
    loss = loss_fn(model(xx), y)
    if step % 50 == 49:
        print(step, f"{loss.item():.4g}")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
layer = model[0]
print(
    f"Result: y = {layer.bias.item():.3f} + {layer.weight[:, 0].item():.3f} x"
    f" + {layer.weight[:, 1].item():.3f} x^2 + {layer.weight[:, 2].item():.3f} x^3"
)
