# type: ignore  (written as notebooks are)
"""Automatic differentiation: the graph, gradients, accumulation, Jacobian products, switching it off."""

import torch

print(torch.__version__.startswith("2."))
torch.manual_seed(0)
x = torch.ones(5)
y = torch.zeros(3)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w) + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
print(f"Gradient function for z = {z.grad_fn.name()}")
print(f"Gradient function for loss = {loss.grad_fn.name()}")
print(loss)
loss.backward()
print(w.grad)
print(b.grad)
z = torch.matmul(x, w) + b
print(z.requires_grad)
with torch.no_grad():
    z = torch.matmul(x, w) + b
print(z.requires_grad)
z = torch.matmul(x, w) + b
print(z.detach().requires_grad, z.detach())

inp = torch.eye(4, 5, requires_grad=True)
out = (inp + 1).pow(2).t()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"First call\n{inp.grad}")
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nSecond call\n{inp.grad}")
inp.grad.zero_()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nCall after zeroing gradients\n{inp.grad}")

print("--- a small graph")
x = torch.ones(2, 2, requires_grad=True)
print(x)
y = x + 2
print(y)
z = y * y * 3
out = z.mean()
print(z, out)
out.backward()
print(x.grad)
a = torch.randn(2, 2)
a = (a * 3) / (a - 1)
print(a.requires_grad)
a.requires_grad_(True)
print(a.requires_grad)
b = (a * a).sum()
print(b.grad_fn.name(), f"{b:.2f}")
print(x.is_leaf, y.is_leaf, a.is_leaf, b.is_leaf)

x = torch.randn(3, requires_grad=True)
y = x * 2
while y.data.norm() < 100:
    y = y * 2
print(y)
v = torch.tensor([0.1, 1.0, 0.0001], dtype=torch.float)
y.backward(v)
print(x.grad)
print(x.requires_grad, (x**2).requires_grad)
with torch.no_grad():
    print((x**2).requires_grad)

print("--- external gradient")
a = torch.tensor([2.0, 3.0], requires_grad=True)
b = torch.tensor([6.0, 4.0], requires_grad=True)
Q = 3 * a**3 - b**2
print(Q)
Q.backward(gradient=torch.tensor([1.0, 1.0]))
print(9 * a**2 == a.grad, -2 * b == b.grad)

print("--- what keeps gradients")
x = torch.tensor(2.0, requires_grad=True)
h = x * 3
h.retain_grad()
y = h**2
y.backward()
print(x.grad, h.grad)
print(
    y.grad_fn.next_functions[0][0].name(),
    y.grad_fn.next_functions[0][0].next_functions[0][0].name(),
)
seen = []
x = torch.tensor([1.0, -2.0], requires_grad=True)
handle = x.register_hook(lambda g: seen.append(g) or g * 0.5)
(x**2).sum().backward()
print(seen, x.grad)
handle.remove()
(x**2).sum().backward()
print(x.grad)


def attempt(action):
    try:
        print(action())
    except RuntimeError as error:
        print("RuntimeError:", error)


print("--- errors")
y = (x**2).sum()
y.backward()
attempt(lambda: y.backward())
attempt(lambda: (x * 2).backward())
attempt(lambda: torch.ones(2).sum().backward())
attempt(lambda: x.numpy())
attempt(lambda: x.add_(1))
w = torch.ones(2, requires_grad=True)
u = w * 2
v = u**2
u += 1
attempt(lambda: v.sum().backward())
attempt(lambda: torch.autograd.grad(w.sum(), torch.ones(2, requires_grad=True)))
print(torch.autograd.grad(w.sum(), [w, torch.ones(2, requires_grad=True)], allow_unused=True))

print("--- gradient descent")
w = torch.tensor(0.0, requires_grad=True)
X = torch.tensor([1.0, 2.0, 3.0, 4.0])
Y = 2 * X
print(f"Prediction before training: f(5) = {(w * 5).item():.3f}")
for epoch in range(10):
    l = ((w * X - Y) ** 2).mean()
    l.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    w.grad.zero_()
    print(f"epoch {epoch + 1}: w = {w:.3f}, loss = {l:.4f}")
print(f"Prediction after training: f(5) = {(w * 5).item():.3f}")
print(w)

print("--- accumulating over micro batches")
model = torch.nn.Linear(2, 1)
data, target = torch.randn(8, 2), torch.randn(8, 1)
((model(data) - target) ** 2).mean().backward()
full = model.weight.grad.clone()
model.zero_grad()
print(model.weight.grad)
for part, aim in zip(data.chunk(4), target.chunk(4), strict=True):
    (((model(part) - aim) ** 2).mean() / 4).backward()
print(torch.allclose(full, model.weight.grad))
print(full)
