"""Seconds of a ResNet-20 gradient and of Hessian-vector products by double backward. Prints one JSON object."""

import json
import resource
import sys
import time

import torch
from torch.nn import functional as F

from torch_resnet import images, load

checkpoint, data, threads, samples, batch, repeats = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
torch.set_num_threads(threads)
model = load(checkpoint)
x, y = images(data, samples)
parameters = list(model.parameters())

# The vector sin(1..n), parameters in order.
count = sum(p.numel() for p in parameters)
flat = torch.arange(1, count + 1, dtype=torch.float64).sin().float()
vector = [part.view_as(p) for part, p in zip(flat.split([p.numel() for p in parameters]), parameters)]


def gradients(create_graph):
    for start in range(0, samples, batch):
        logits = model(x[start : start + batch])
        loss = F.cross_entropy(logits, y[start : start + batch], reduction="sum") / samples
        yield torch.autograd.grad(loss, parameters, create_graph=create_graph)


def total(parts):
    sums = [torch.zeros_like(p) for p in parameters]
    for part in parts:
        for into, one in zip(sums, part):
            into += one
    return sums


def gradient():
    return total(gradients(create_graph=False))


def product():
    return total(torch.autograd.grad(part, parameters, vector) for part in gradients(create_graph=True))


def norm(tensors):
    return sum(t.double().square().sum().item() for t in tensors) ** 0.5


def seconds(compute):
    compute()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        compute()
        times.append(time.perf_counter() - start)
    return min(times)


figures = {
    "gradient": seconds(gradient),
    "product": seconds(product),
    "norms": [norm(gradient()), norm(product())],
    "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
print(json.dumps(figures))
