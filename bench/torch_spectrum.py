"""The leading eigenvalues of ResNet-20's loss Hessian by SciPy's eigsh on PyTorch's double backward: what a user would
write. Prints one JSON object."""

import json
import sys
import time

import numpy
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch.nn import functional as F

from torch_resnet import images, load

checkpoint, data, threads, pairs, samples, batch = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
torch.set_num_threads(threads)
model = load(checkpoint)
x, y = images(data, samples)
parameters = list(model.parameters())
size = sum(p.numel() for p in parameters)
products = 0


def product(v):
    global products
    products += 1
    vector = torch.from_numpy(numpy.asarray(v, dtype="float32").reshape(-1))
    parts = torch.split(vector, [p.numel() for p in parameters])
    total = torch.zeros(size)
    for start in range(0, len(x), batch):
        loss = F.cross_entropy(model(x[start : start + batch]), y[start : start + batch], reduction="sum") / len(x)
        gradient = torch.autograd.grad(loss, parameters, create_graph=True)
        inner = sum((g * part.view_as(g)).sum() for g, part in zip(gradient, parts))
        total += torch.cat([h.reshape(-1) for h in torch.autograd.grad(inner, parameters)])
    return total.double().numpy()


product(numpy.ones(size))
products = 0
start = time.perf_counter()
values = eigsh(LinearOperator((size, size), product), k=pairs, which="LA", tol=1e-4, return_eigenvectors=False)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "products": products, "values": sorted(values.tolist(), reverse=True)}))
