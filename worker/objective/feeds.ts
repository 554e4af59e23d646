import { channelsFirst, channelsFirstShape, hasChannelsLast } from '../data/layout.ts';
import { type Examples, matchRowShape } from '../data/sample.ts';
import type { Feeds } from '../engine/engine.ts';
import { inputError } from '../errors.ts';
import { graphTypeOf } from '../graph/onnx/convert.ts';
import type { DeclaredInput, ModelFile } from '../graph/onnx/read.ts';
import type { GraphType, ValueType } from '../graph/types.ts';
import { elementCount, formatShape, isFloating, type Tensor, tensorFromNumbers } from '../tensor.ts';

/** How the sample's arrays reach the model's inputs. */
export interface InputPlan {
  /** Type and shape of every input of the model for a batch of the given size. */
  types(batchSize: number): Map<string, ValueType>;
  /**
   * The feeds of rows [from, to), padded to `batchSize` examples by repeating the last one, and their targets.
   * Padding never reaches a result: a head looks at the first `to − from` examples only.
   */
  feeds(from: number, to: number, batchSize: number): Promise<{ feeds: Feeds; targets: Tensor | null }>;
}

/** The name under which `loss: "output"` finds targets: an input of the model that no array in `inputs` supplies. */
const TARGETS = Symbol('targets');

/**
 * Matches the sample's arrays to the model's inputs.
 * @param targetsAsInput whether an input without an array of its own takes the targets.
 * Throws `input` where an input has no array or rows of another shape.
 */
export function planInputs(model: ModelFile, sample: Examples, targetsAsInput: boolean): InputPlan {
  const single = sample.inputNames.length === 1 && sample.inputNames[0] === '';
  const free = model.inputs.filter(declared => single || !sample.inputNames.includes(declared.name));
  const routes = model.inputs.map((declared): Route => {
    if (!free.includes(declared)) return route(model, declared, sample, declared.name);
    if (single && declared === free[0]) return route(model, declared, sample, '');
    if (targetsAsInput && declared === free.at(-1)) return { declared, from: TARGETS, type: typeOf(declared, 'int64') };
    throw inputError(
      `${model.name}: its input ${declared.name} has no data; give "inputs" in basin.json as { "${declared.name}": "file.npz#array", … }.`,
    );
  });

  return {
    types(batchSize) {
      return new Map(
        routes.map(({ declared, type, row }) => [declared.name, { type, shape: [batchSize, ...(row ?? [])] }]),
      );
    },
    async feeds(from, to, batchSize) {
      const { inputs, targets } = await sample.batch(from, to);
      const feeds: Record<string, Tensor<GraphType>> = {};
      for (const { declared, from: source, type, row, transposed } of routes) {
        const given = source === TARGETS ? targets : inputs.get(source);
        if (!given) throw inputError(`${model.name}: its input ${declared.name} needs "targets" in basin.json.`);
        const tensor = transposed ? channelsFirst(given) : given;
        checkWhole(model, declared, type, tensor);
        feeds[declared.name] = padded(tensor, type, row ?? tensor.shape.slice(1), batchSize);
      }
      return { feeds, targets };
    },
  };
}

interface Route {
  readonly declared: DeclaredInput;
  readonly from: string | typeof TARGETS;
  readonly type: GraphType;
  /** Shape of one example; absent where it is the data's own. */
  readonly row?: readonly number[];
  /** Whether the data's channels are last and the model's first. */
  readonly transposed?: boolean;
}

const typeOf = (declared: DeclaredInput, otherwise: GraphType): GraphType =>
  declared.dtype ? graphTypeOf(declared.dtype) : otherwise;

function route(model: ModelFile, declared: DeclaredInput, sample: Examples, name: string): Route {
  const { shape } = sample.inputTypes[sample.inputNames.indexOf(name)]!;
  const type = typeOf(declared, 'float32');
  const last = hasChannelsLast(sample.layout, shape);
  const moved = last ? rowFor(declared, channelsFirstShape(shape)) : null;
  if (moved) return { declared, from: name, type, row: moved, transposed: true };
  const row = rowFor(declared, shape);
  if (row) return { declared, from: name, type, row };
  const wanted = declared.shape.slice(1);
  const takes = wanted.map(size => size ?? '?').join('×') || 'one number';
  throw inputError(
    `${model.name}: its input ${declared.name} takes examples of ${takes} and the data's are ${formatShape(shape)}; ${shapeRemedy(declared, shape, last)}.`,
  );
}

function shapeRemedy(declared: DeclaredInput, shape: readonly number[], isTransposed: boolean): string {
  const wanted = declared.shape.slice(1);
  const fitsTransposed = hasChannelsLast('NHWC', shape) && rowFor(declared, channelsFirstShape(shape)) !== null;
  if (!isTransposed && fitsTransposed) return 'set "layout": "NHWC" in "data" of basin.json';
  const isReshaped = wanted.every(size => typeof size === 'number') && elementCount(wanted) === elementCount(shape);
  return isReshaped ? 'save the data in the shape the model takes' : 'check "inputs" in basin.json';
}

/** The shape that rows of the data have in the model; null where they do not fit. */
function rowFor(declared: DeclaredInput, shape: readonly number[]): readonly number[] | null {
  const wanted = declared.shape.slice(1);
  // A free size takes the data's, where the ranks agree; otherwise the model's shape is known and may have unit axes.
  const row = wanted.length === shape.length ? wanted.map((size, axis) => knownSize(size) ?? shape[axis]!) : wanted;
  return row.every(size => typeof size === 'number') && matchRowShape(shape, row) ? row : null;
}

/** Throws `input` where a model takes whole numbers, such as tokens, and the data has others. */
function checkWhole(model: ModelFile, declared: DeclaredInput, type: GraphType, { dtype, data }: Tensor): void {
  if (type === 'float32' || !isFloating(dtype)) return;
  const odd = (data as Float32Array).find(value => !Number.isInteger(value));
  if (odd === undefined) return;
  throw inputError(
    `${model.name}: its input ${declared.name} takes whole numbers (${type}) and the data has ${odd}; check "inputs", "scale" and "mean" in basin.json.`,
  );
}

const knownSize = (size: number | string | null): number | null => (typeof size === 'number' ? size : null);

/** A batch in the type and shape an input takes, its last example repeated up to `batchSize`. */
function padded(tensor: Tensor, type: GraphType, row: readonly number[], batchSize: number): Tensor<GraphType> {
  const shape = [batchSize, ...row];
  const length = elementCount(shape);
  const rowLength = length / batchSize;
  const { data } = tensor;
  if (type === 'float32' && data instanceof Float32Array && data.length === length) return { dtype: type, shape, data };
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const at = index < data.length ? index : data.length - rowLength + (index % rowLength);
    numbers[index] = Number(data[at]);
  }
  return tensorFromNumbers(numbers, type, shape);
}
