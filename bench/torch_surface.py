"""Cells a second of a ResNet-20 surface in plain PyTorch: the loop a user would write. Prints one JSON object."""

import json
import sys
import time

import torch
from torch.nn import functional as F

from torch_resnet import images, load

checkpoint, data, threads, cells, batch = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
torch.set_num_threads(threads)
model = load(checkpoint)
x, y = images(data, 256)

torch.manual_seed(0)
origin = [p.clone() for p in model.parameters()]
first, second = ([torch.randn_like(p) * p.norm() / p.numel() ** 0.5 for p in origin] for _ in range(2))


@torch.no_grad()
def cell(a, b):
    for p, o, d, e in zip(model.parameters(), origin, first, second):
        torch.add(o, d, alpha=a, out=p)
        p.add_(e, alpha=b)
    total = 0.0
    for start in range(0, len(x), batch):
        logits = model(x[start : start + batch])
        total += F.cross_entropy(logits, y[start : start + batch], reduction="sum").item()
    return total / len(x)


loss = cell(0.0, 0.0)
cell(0.01, 0.0)
start = time.perf_counter()
for index in range(cells):
    cell(index / cells - 0.5, 0.1)
seconds = time.perf_counter() - start
print(json.dumps({"cellsPerSecond": cells / seconds, "loss": loss}))
