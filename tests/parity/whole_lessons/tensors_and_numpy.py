# type: ignore  (written as notebooks are)
"""Tensors: making them, their attributes, indexing, arithmetic, in place, the bridge to numpy."""

import numpy as np
import torch

torch.manual_seed(0)
data = [[1, 2], [3, 4]]
x_data = torch.tensor(data)
print(x_data)
np_array = np.array(data)
x_np = torch.from_numpy(np_array)
print(x_np, x_np.dtype)
x_ones = torch.ones_like(x_data)
print(f"Ones Tensor: \n {x_ones} \n")
x_rand = torch.rand_like(x_data, dtype=torch.float)
print(f"Random Tensor: \n {x_rand} \n")
shape = (2, 3)
print(f"Random Tensor: \n {torch.rand(shape)} \n")
print(f"Ones Tensor: \n {torch.ones(shape)} \n")
print(f"Zeros Tensor: \n {torch.zeros(shape)}")
tensor = torch.rand(3, 4)
print(f"Shape of tensor: {tensor.shape}")
print(f"Datatype of tensor: {tensor.dtype}")
print(f"Device tensor is stored on: {tensor.device}")
if torch.cuda.is_available():
    tensor = tensor.to("cuda")
print("cuda" if torch.cuda.is_available() else "cpu")

tensor = torch.ones(4, 4)
print("First row:", tensor[0])
print("First column:", tensor[:, 0])
print("Last column:", tensor[..., -1])
tensor[:, 1] = 0
print(tensor)
print(torch.cat([tensor, tensor, tensor], dim=1))
y1 = tensor @ tensor.T
y2 = tensor.matmul(tensor.T)
y3 = torch.rand_like(tensor)
print(y1, torch.equal(y1, y2), y3.shape)
print(tensor * tensor, tensor.mul(tensor))
agg = tensor.sum()
agg_item = agg.item()
print(agg_item, type(agg_item))
print(tensor, "\n")
tensor.add_(5)
print(tensor)

print("--- the bridge")
t = torch.ones(5)
print(f"t: {t}")
n = t.numpy()
print(f"n: {n}")
t.add_(1)
print(f"t: {t}")
print(f"n: {n}")
n = np.ones(5)
t = torch.from_numpy(n)
np.add(n, 1, out=n)
print(f"t: {t}")
print(f"n: {n}")
print(torch.tensor(n).dtype, torch.as_tensor([1, 2]).dtype, torch.Tensor([1, 2]).dtype)
print(np.sin(torch.zeros(2)), type(np.sin(torch.zeros(2))).__name__)
print(torch.ones(2, requires_grad=True).detach().numpy())

print("--- shapes")
x = torch.arange(12)
print(x, x.reshape(3, 4), x.view(2, -1).size(), sep="\n")
print(
    x.reshape(3, 4).t(),
    x.view(3, 4).T.is_contiguous(),
    x.view(3, 4).stride(),
    x.view(3, 4).t().stride(),
)
print(
    x.view(3, 2, 2)[1],
    x.view(3, 2, 2).permute(2, 0, 1).shape,
    x.unsqueeze(0).shape,
    x.view(1, 12).squeeze().shape,
)
print(torch.stack([x[:3], x[3:6]]), torch.stack([x[:3], x[3:6]], dim=1), sep="\n")
print(torch.arange(3).unsqueeze(1) + torch.arange(4))
print(x[x % 2 == 0], x[[0, -1]], x[2:8:3])
print(x.chunk(3), x.split([5, 7]))
print(torch.arange(6.0).view(2, 3).expand(2, 2, 3))

print("--- numbers")
m = torch.tensor([[1.5, -2.0, 3.0], [0.0, 4.5, -1.0]])
print(m.sum(0), m.mean(dim=1), m.max(), m.min(1), m.argmax(), sep="\n")
print(torch.max(m, 1))
print(m.std(), m.var(0), m.norm(), m.abs().prod(), sep="\n")
print(m.sort(dim=1))
print(m > 0, (m > 0).sum(), (m > 0).any(), m.clamp(-1, 1), sep="\n")
print(torch.where(m > 0, m, torch.zeros(())), m.round(), m.exp(), m.cumsum(1), sep="\n")
print(1 / m, m // 2, m % 2, m**2, -m, sep="\n")
print(torch.linspace(0, 1, 5), torch.eye(3), torch.full((2, 2), 7), torch.empty(0), sep="\n")
print(m.float().dtype, m.double(), m.int(), m.bool(), m.half(), sep="\n")
print(
    torch.tensor(3) + 0.5,
    torch.tensor([1, 2]) / 2,
    torch.tensor([True]) + 1,
    torch.tensor([1.0]).double() + m[0],
)
print(
    torch.tensor([1e-8, 1.0]),
    torch.tensor([1e8, 1.0]),
    torch.tensor([float("inf"), float("nan")]),
    torch.tensor([123456789.0]),
)
print(
    torch.randn(3, 3),
    torch.randint(0, 10, (2, 5)),
    torch.randperm(6),
    torch.normal(0.0, 1.0, (2,)),
    sep="\n",
)
print(torch.arange(2000.0))
print(torch.zeros(50, 50))
a, b = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
print(a.dot(b), torch.outer(a, b), a @ b, torch.einsum("i,j->ij", a, b), sep="\n")
c = a
c += 1
print(a, a is c, a.clone() is a, a.tolist(), len(a), a.numel(), a.element_size())
print(a == torch.tensor([2.0, 9.0]), torch.equal(a, c), torch.allclose(a, c + 1e-9))
for row in torch.arange(4).view(2, 2):
    print(row, row[0].item())
for wrong in (
    lambda: torch.ones(2, 3) + torch.ones(2),
    lambda: torch.ones(2, 3) @ torch.ones(2, 3),
    lambda: x.view(5, 5),
    lambda: x[20],
):
    try:
        wrong()
    except (RuntimeError, IndexError) as error:
        print(type(error).__name__, error)
