# type: ignore  (written as notebooks are)
# ruff: noqa: RUF005, RUF007, RUF010, SIM905
"""Names from pairs of characters: counted, then learned by a net of one layer, then with two layers by hand."""

import torch
import torch.nn.functional as F

words = "anna emma otto ida nora lena mila ella adam noah liam leon emil elias amalia nina mona tom tim amelie".split()
print(len(words), min(len(w) for w in words), max(len(w) for w in words))
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
itos = {i: s for s, i in stoi.items()}
V = len(itos)
print(V, itos[1], stoi["a"])

print("--- counting")
N = torch.zeros((V, V), dtype=torch.int32)
for w in words:
    chs = ["."] + list(w) + ["."]
    for ch1, ch2 in zip(chs, chs[1:], strict=False):
        N[stoi[ch1], stoi[ch2]] += 1
print(N)
print(N[0], N[0].sum(), N[0, 1].item())
p = N[0].float()
p = p / p.sum()
print(p)
g = torch.Generator().manual_seed(2147483647)
print(torch.multinomial(p, num_samples=10, replacement=True, generator=g))
P = (N + 1).float()
P /= P.sum(1, keepdims=True)
print(P.shape, torch.allclose(P.sum(1), torch.ones(V)))


def sample(weights, count, seed):
    g = torch.Generator().manual_seed(seed)
    names = []
    for _ in range(count):
        out, ix = [], 0
        while len(out) < 20:
            ix = torch.multinomial(weights(ix), num_samples=1, replacement=True, generator=g).item()
            if ix == 0:
                break
            out.append(itos[ix])
        names.append("".join(out))
    return names


print(sample(lambda ix: P[ix], 8, 1))
log_likelihood, n = 0.0, 0
for w in words[:3]:
    chs = ["."] + list(w) + ["."]
    for ch1, ch2 in zip(chs, chs[1:], strict=False):
        prob = P[stoi[ch1], stoi[ch2]]
        log_likelihood += torch.log(prob)
        n += 1
        print(f"{ch1}{ch2}: {prob:.4f} {torch.log(prob):.4f}")
print(f"{log_likelihood=}")
print(f"{-log_likelihood / n:.4f}")

print("--- a net of one layer")
xs, ys = [], []
for w in words:
    chs = ["."] + list(w) + ["."]
    for ch1, ch2 in zip(chs, chs[1:], strict=False):
        xs.append(stoi[ch1])
        ys.append(stoi[ch2])
xs, ys = torch.tensor(xs), torch.tensor(ys)
num = xs.nelement()
print("number of examples:", num, xs[:5], ys[:5])
g = torch.Generator().manual_seed(2147483647)
W = torch.randn((V, V), generator=g, requires_grad=True)
xenc = F.one_hot(xs, num_classes=V).float()
print(xenc[:2], xenc.dtype)
for k in range(30):
    logits = xenc @ W
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdims=True)
    loss = -probs[torch.arange(num), ys].log().mean() + 0.01 * (W**2).mean()
    if k % 5 == 0:
        print(k, f"{loss.item():.3f}")
    W.grad = None
    loss.backward()
    W.data += -30 * W.grad
print(f"{loss.item():.3f}", W[0].round(decimals=2), loss.grad_fn.name(), sep="\n")


def learned(ix):
    row = F.one_hot(torch.tensor([ix]), num_classes=V).float()
    counts = (row @ W).exp()
    return counts / counts.sum(1, keepdims=True)


print(sample(learned, 5, 2147483647))

print("--- an embedding and a hidden layer, backward by hand")
block = 2
X, Y = [], []
for w in words:
    context = [0] * block
    for ch in w + ".":
        X.append(context)
        Y.append(stoi[ch])
        context = context[1:] + [stoi[ch]]
X, Y = torch.tensor(X), torch.tensor(Y)
print(X.shape, X.dtype, Y.shape, X[:4].tolist())
g = torch.Generator().manual_seed(2147483647)
C = torch.randn((V, 4), generator=g)
W1 = torch.randn((4 * block, 16), generator=g) * (5 / 3) / ((4 * block) ** 0.5)
b1 = torch.randn(16, generator=g) * 0.1
W2 = torch.randn((16, V), generator=g) * 0.1
b2 = torch.randn(V, generator=g) * 0.1
parameters = [C, W1, b1, W2, b2]
print(sum(p.nelement() for p in parameters))
for p in parameters:
    p.requires_grad = True
ix = torch.randint(0, X.shape[0], (32,), generator=g)
Xb, Yb = X[ix], Y[ix]
n = len(ix)
emb = C[Xb]
embcat = emb.view(emb.shape[0], -1)
hpreact = embcat @ W1 + b1
h = torch.tanh(hpreact)
logits = h @ W2 + b2
logit_maxes = logits.max(1, keepdim=True).values
norm_logits = logits - logit_maxes
counts = norm_logits.exp()
counts_sum = counts.sum(1, keepdims=True)
counts_sum_inv = counts_sum**-1
probs = counts * counts_sum_inv
logprobs = probs.log()
loss = -logprobs[range(n), Yb].mean()
for t in [
    logprobs,
    probs,
    counts,
    counts_sum,
    counts_sum_inv,
    norm_logits,
    logit_maxes,
    logits,
    h,
    hpreact,
    embcat,
    emb,
]:
    t.retain_grad()
loss.backward()
print(loss)

dlogprobs = torch.zeros_like(logprobs)
dlogprobs[range(n), Yb] = -1.0 / n
dprobs = (1.0 / probs) * dlogprobs
dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)
dcounts = counts_sum_inv * dprobs
dcounts_sum = (-(counts_sum**-2)) * dcounts_sum_inv
dcounts += torch.ones_like(counts) * dcounts_sum
dnorm_logits = counts * dcounts
dlogits = dnorm_logits.clone()
dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True)
dlogits += F.one_hot(logits.max(1).indices, num_classes=logits.shape[1]) * dlogit_maxes
dh = dlogits @ W2.T
dW2 = h.T @ dlogits
db2 = dlogits.sum(0)
dhpreact = (1.0 - h**2) * dh
dembcat = dhpreact @ W1.T
dW1 = embcat.T @ dhpreact
db1 = dhpreact.sum(0)
demb = dembcat.view(emb.shape)
dC = torch.zeros_like(C)
for k in range(Xb.shape[0]):
    for j in range(Xb.shape[1]):
        dC[Xb[k, j]] += demb[k, j]


def cmp(s, dt, t):
    app = torch.allclose(dt, t.grad, atol=1e-5)
    print(
        f"{s:15s} | approximate: {str(app):5s} | maxdiff below 1e-5: {(dt - t.grad).abs().max().item() < 1e-5}"
    )


cmp("logprobs", dlogprobs, logprobs)
cmp("probs", dprobs, probs)
cmp("counts_sum_inv", dcounts_sum_inv, counts_sum_inv)
cmp("counts_sum", dcounts_sum, counts_sum)
cmp("counts", dcounts, counts)
cmp("norm_logits", dnorm_logits, norm_logits)
cmp("logit_maxes", dlogit_maxes, logit_maxes)
cmp("logits", dlogits, logits)
cmp("h", dh, h)
cmp("W2", dW2, W2)
cmp("b2", db2, b2)
cmp("hpreact", dhpreact, hpreact)
cmp("embcat", dembcat, embcat)
cmp("W1", dW1, W1)
cmp("b1", db1, b1)
cmp("emb", demb, emb)
cmp("C", dC, C)

fast = F.softmax(logits, 1)
fast[range(n), Yb] -= 1
fast /= n
print(torch.allclose(fast, dlogits, atol=1e-5), fast[0].sum().abs() < 1e-5)

print("--- training with cross_entropy and F.embedding")
for i in range(60):
    ix = torch.randint(0, X.shape[0], (32,), generator=g)
    emb = F.embedding(X[ix], C)
    h = torch.tanh(emb.view(-1, 4 * block) @ W1 + b1)
    loss = F.cross_entropy(h @ W2 + b2, Y[ix])
    for p in parameters:
        p.grad = None
    loss.backward()
    for p in parameters:
        p.data += -0.1 * p.grad
    if i % 10 == 0:
        print(f"{i:7d}/{60:7d}: {loss.item():.4f}")
with torch.no_grad():
    h = torch.tanh(C[X].view(-1, 4 * block) @ W1 + b1)
    print(f"{F.cross_entropy(h @ W2 + b2, Y).item():.4f}")
    print(h.mean(), h.std(), (h.abs() > 0.99).float().mean())
g = torch.Generator().manual_seed(2147483647 + 10)
for _ in range(5):
    out, context = [], [0] * block
    while len(out) < 20:
        emb = C[torch.tensor([context])]
        h = torch.tanh(emb.view(1, -1) @ W1 + b1)
        probs = F.softmax(h @ W2 + b2, dim=1)
        ix = torch.multinomial(probs, num_samples=1, generator=g).item()
        context = context[1:] + [ix]
        out.append(ix)
        if ix == 0:
            break
    print("".join(itos[i] for i in out))
