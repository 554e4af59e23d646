/**
 * The lines of Python that export a network, some rows of its data and basin.json. They run on PyTorch from 1.13 on.
 * The exporter is told not to fold constants and to leave BatchNorm as it is, because the weights of later checkpoints
 * are looked for in the graph by name and by value.
 */

/** What the lines are about in the script that they are put into. */
export interface ExportNames {
  readonly model: string;
  readonly loader: string;
  /** Where the files go: the content of a Python string literal. */
  readonly folder: string;
}

/** What the script's DataLoader yields: pairs of inputs and targets, or dictionaries of tensors with "labels". */
export type BatchKind = 'pairs' | 'dictionaries';

/** The function and its call, as they stand in a script; the names are those of the script. */
export const exportCode = (kind: BatchKind, names: ExportNames): string =>
  `${definition(kind)}\n\n${call(kind, names.model, names.loader, names.folder)}\n`;

/** The same as a snippet of VS Code, which lets the reader go from name to name. */
export function exportSnippet(kind: BatchKind, { model, loader, folder }: ExportNames): string {
  const stop = (index: number, text: string): string => `\${${index}:${escapeSnippet(text)}}`;
  const calling = call(kind, stop(1, model), stop(2, loader), stop(3, folder), `\${4|False,True|}`);
  return `${escapeSnippet(definition(kind))}\n\n${calling}\n$0`;
}

/** Text in which a snippet's own characters stand for themselves. */
const escapeSnippet = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

function call(kind: BatchKind, model: string, loader: string, folder: string, causal = 'False'): string {
  // Hugging Face's causal models compare each output with the next label, and shift inside their loss.
  const option = kind === 'pairs' ? '' : `, causal=${causal}`;
  return `export_for_basin(${model}, ${loader}, "${folder}"${option})`;
}

/** What differs between the kinds of batches. */
interface Parts {
  readonly parameters: string;
  readonly documentation: string;
  /** Takes rows from `loader`; gives `inputs`, a dictionary of tensors, and `targets`. */
  readonly takeRows: string;
  /** The example arguments with which the model is traced. */
  readonly example: string;
  /** The targets' name in train.npz, which is none of the inputs'. */
  readonly targets: string;
  /** How basin.json names the inputs, and the loss. */
  readonly inputs: string;
  readonly loss: string;
}

const parts: Readonly<Record<BatchKind, Parts>> = {
  pairs: {
    parameters: 'model, loader, folder, rows=2000',
    documentation: '',
    takeRows: `
    for x, y, *_ in loader:
        batches.append((x, y))
        count += len(y)
        if count >= rows:
            break
    x, targets = (torch.cat(part)[:rows].cpu() for part in zip(*batches))
    inputs = {"x": x}`,
    example: '(x[:2].to(device),)',
    targets: 'y',
    inputs: '"train.npz#x"',
    loss: '"mse" if targets.is_floating_point() else "cross-entropy"',
  },
  dictionaries: {
    parameters: 'model, loader, folder, rows=2000, causal=False',
    documentation: `

    causal: the model shifts the labels inside its loss, as Hugging Face's causal language models do.
    `,
    takeRows: `
    for batch in loader:
        batches.append(batch)
        count += len(batch["labels"])
        if count >= rows:
            break
    names = [name for name in inspect.signature(model.forward).parameters if name in batch and name != "labels"]
    join = lambda name: torch.cat([batch[name] for batch in batches])[:rows].cpu()
    inputs, targets = {name: join(name) for name in names}, join("labels")
    if causal:
        targets = torch.nn.functional.pad(targets[:, 1:], (0, 1), value=-100)`,
    example: '({name: tensor[:2].to(device) for name, tensor in inputs.items()},)',
    targets: 'labels',
    inputs: '{name: f"train.npz#{name}" for name in inputs}',
    loss: '{"kind": "cross-entropy", "ignoreIndex": -100}',
  },
};

function definition(kind: BatchKind): string {
  const { parameters, documentation, takeRows, example, targets, inputs, loss } = parts[kind];
  return `def export_for_basin(${parameters}):
    """Writes model.onnx, train.npz and basin.json, with which Basin measures checkpoints of the model.${documentation}"""
    import inspect, json, pathlib
    import numpy, torch

    model = getattr(model, "_orig_mod", getattr(model, "module", model))  # within torch.compile and DataParallel
    batches, count = [], 0${takeRows}

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: tensor.numpy() for name, tensor in inputs.items()}
    numpy.savez(folder / "train.npz", **arrays, ${targets}=targets.numpy())

    modes = [(module, module.training) for module in model.modules()]
    device = next(model.parameters()).device
    legacy = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    example = ${example}
    torch.onnx.export(model.eval(), example, str(folder / "model.onnx"), input_names=list(inputs),
                      dynamic_axes={name: {0: "batch"} for name in inputs}, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, **legacy)
    for module, training in modes:
        module.training = training

    if not (folder / "basin.json").exists():
        data = {"train": {"inputs": ${inputs}, "targets": "train.npz#${targets}"}}
        loss = ${loss}
        (folder / "basin.json").write_text(json.dumps({"model": "model.onnx", "data": data, "loss": loss}, indent=2))`;
}
