# type: ignore  (written as notebooks are)
"""Hooks on the nodes of a graph: what they see, what they may return, and what is refused."""

import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, -1.0], requires_grad=True)


def graph():
    product = x * w
    return product, (product**2).sum()


product, loss = graph()
print(type(loss.grad_fn), type(product.grad_fn), type(product.grad_fn.next_functions[0][0]))
print(isinstance(product.grad_fn, torch.autograd.graph.Node), product.grad_fn.name())
product.grad_fn.register_prehook(lambda outs: print("arrives", outs))
product.grad_fn.register_hook(lambda ins, outs: print("leaves", ins, outs))
product.register_hook(lambda g: print("tensor", g))
x.register_post_accumulate_grad_hook(lambda leaf: print("accumulated", leaf.grad))
loss.backward()

print("--- hooks that change")
for change in (
    lambda ins, outs: (ins[0] * 10, ins[1]),
    lambda ins, outs: (None, ins[1]),
    lambda ins, outs: None,
    lambda ins, outs: ins[0],
    lambda ins, outs: (ins[0],),
    lambda ins, outs: [ins[0], ins[1]],
    lambda ins, outs: (torch.ones(3), ins[1]),
    lambda ins, outs: (ins[0].double(), ins[1]),
    lambda ins, outs: (1.0, ins[1]),
):
    x.grad = w.grad = None
    product, loss = graph()
    handle = product.grad_fn.register_hook(change)
    try:
        loss.backward()
        print(x.grad, w.grad)
    except Exception as error:  # noqa: BLE001
        print(type(error).__name__, error)
    handle.remove()

print("--- before the node")
for change in (lambda outs: (outs[0] * 2,), lambda outs: outs[0], lambda outs: (outs[0], None)):
    x.grad = w.grad = None
    product, loss = graph()
    product.grad_fn.register_prehook(change)
    try:
        loss.backward()
        print(x.grad, w.grad)
    except Exception as error:  # noqa: BLE001
        print(type(error).__name__, error)

print("--- modes")
print(torch.set_grad_enabled(False), torch.is_grad_enabled(), (x * 2).requires_grad)
print(torch.set_grad_enabled(True), torch.is_grad_enabled())
