# type: ignore  (written as notebooks are)
# ruff: noqa: BLE001
"""Jacobians and Hessians: row by row, with autograd.functional, and products without the matrix."""

import torch
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

torch.manual_seed(0)
torch.set_printoptions(precision=4, sci_mode=False)

print("--- rows of a Jacobian by hand")
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)


def f(x):
    return torch.stack([x[0] ** 2 * x[1], torch.sin(x[1]) * x[2], x.prod()])


y = f(x)
print(y)
rows = []
for i in range(3):
    unit = torch.zeros(3)
    unit[i] = 1.0
    (row,) = torch.autograd.grad(y, x, grad_outputs=unit, retain_graph=True)
    rows.append(row)
J = torch.stack(rows)
print(J)
print(jacobian(f, x))
print(torch.equal(J, jacobian(f, x)))

print("--- batches and several inputs")
A = torch.randn(3, 2)
b = torch.randn(3)


def affine(v, w):
    return A @ v + w**2 * b


v, w = torch.randn(2), torch.randn(3)
Jv, Jw = jacobian(affine, (v, w))
print(Jv, Jw, sep="\n")
print(torch.allclose(Jv, A), torch.allclose(Jw, torch.diag(2 * w * b)))
X = torch.randn(2, 3)
JX = jacobian(lambda X: X.exp().sum(1), X)
print(JX.shape)
print(JX)
print(jacobian(lambda X: X.exp().sum(1), X, create_graph=True).requires_grad)

print("--- products")
value, g = vjp(f, x, torch.tensor([1.0, 0.0, 1.0]))
print(value, g, sep="\n")
value, t = jvp(f, x, torch.tensor([1.0, 1.0, 0.0]))
print(value, t, sep="\n")
print(torch.allclose(J @ torch.tensor([1.0, 1.0, 0.0]), t))

print("--- Hessians")


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


p = torch.tensor([-1.0, 1.5])
H = hessian(rosenbrock, p)
print(H)
print(f"{torch.det(H).item():.5g}")
print(vhp(rosenbrock, p, torch.tensor([1.0, -1.0])))
print(hvp(rosenbrock, p, torch.tensor([1.0, -1.0])))
p = p.double()
for nr in range(6):
    H = hessian(rosenbrock, p)
    g = jacobian(rosenbrock, p)
    p = p - torch.linalg.solve(H, g)
    print(f"Newton {nr}: {rosenbrock(p).item():.3f} at ({p[0].item():.3f}, {p[1].item():.3f})")

print("--- create_graph")
x = torch.tensor(2.0, requires_grad=True)
y = x**4
(first,) = torch.autograd.grad(y, x, create_graph=True)
(second,) = torch.autograd.grad(first, x, create_graph=True)
(third,) = torch.autograd.grad(second, x, create_graph=True)
(fourth,) = torch.autograd.grad(third, x)
print(first, second, third, fourth, sep="\n")

x = torch.linspace(-1, 1, 5, requires_grad=True)
u = torch.tanh(2 * x)
(du,) = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)
(ddu,) = torch.autograd.grad(du.sum(), x, create_graph=True)
print(du, ddu, sep="\n")
residual = ((ddu + 8 * u * (1 - u**2)) ** 2).mean()
print(residual.item() < 1e-10)

print("--- the Hessian by hand")


def hand_hessian(f, x):
    x = x.detach().requires_grad_()
    (g,) = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.stack([torch.autograd.grad(gi, x, retain_graph=True)[0] for gi in g])


p = torch.tensor([0.5, -0.5])
print(hand_hessian(rosenbrock, p))
print(torch.equal(hand_hessian(rosenbrock, p), hessian(rosenbrock, p)))
blocks = hessian(lambda a, b: (a**2 * b).sum(), (torch.ones(2), torch.full((2,), 3.0)))
for row in blocks:
    for block in row:
        print(block)

print("--- a penalty on the gradient")
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
inputs = torch.randn(5, 3, requires_grad=True)
(slope,) = torch.autograd.grad(model(inputs).sum(), inputs, create_graph=True)
penalty = ((slope.norm(2, dim=1) - 1) ** 2).mean()
penalty.backward()
print(penalty)
print(model[0].weight.grad)
print(model[2].bias.grad)

print("--- errors")
for wrong in (
    lambda: torch.autograd.grad(y, x),
    lambda: hessian(lambda x: x**2, torch.ones(2)),
    lambda: jacobian(lambda x: x.tolist(), torch.ones(2)),
    lambda: vjp(f, torch.ones(3)),
    lambda: jacobian(lambda x: torch.ones(2), torch.ones(2), strict=True),
):
    try:
        print(wrong())
    except Exception as error:
        print(type(error).__name__, error)

print("--- checking")
print(
    torch.autograd.gradcheck(
        lambda x: (x**3).sum(), torch.ones(3, dtype=torch.double, requires_grad=True)
    )
)
print(
    torch.autograd.gradgradcheck(
        torch.sigmoid, torch.ones(2, dtype=torch.double, requires_grad=True)
    )
)
