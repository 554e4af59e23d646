import { incompleteError, inputError, messageOf } from '../../errors.ts';
import type { DType } from '../../tensor.ts';
import { isCutShort } from './framing.ts';
import { DATA_TYPE, decodeModel, type NodeProto, toNumber } from './schema.ts';
import { describeTensor, type ExternalData, type Initializer } from './tensors.ts';

/** An input of a model as the file declares it: sizes, or the names of those that are free, or null. */
export interface DeclaredInput {
  readonly name: string;
  readonly dtype: DType | null;
  readonly shape: readonly (number | string | null)[];
}

/** An ONNX file: its nodes as they stand in the file, and its tensors as slices of the file's bytes. */
export interface ModelFile {
  /** File name, for messages. */
  readonly name: string;
  /** Version of the default operator set that the nodes mean. */
  readonly opset: number;
  /** Who wrote it, e.g. `pytorch 1.13.0`. */
  readonly producer: string;
  readonly inputs: readonly DeclaredInput[];
  readonly outputs: readonly string[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  readonly nodes: readonly NodeProto[];
  /** Initializers that were measured, though they are floating-point tensors, such as what a layer subtracts from its inputs. */
  readonly frozen?: ReadonlySet<string>;
  /** What is to be known of it, a sentence each. */
  readonly notes?: readonly string[];
}

/** Operator sets whose meaning Basin's rules know. */
const OPSET_MIN = 7;
const OPSET_MAX = 25;

/**
 * Reads an ONNX model.
 * @param name what messages call the file.
 * @param external reads weights that lie in a second file.
 * Throws `incomplete` where the bytes are only the beginning of a model, `input` where they are no ONNX model or use what
 * Basin does not read.
 */
export function readModel(bytes: Uint8Array, name: string, external?: ExternalData): ModelFile {
  const refuse = (why: string) => inputError(`${name}: ${why}`);
  if (isCutShort(bytes)) {
    throw incompleteError(
      `${name}: ends after ${bytes.length} bytes, before the model does; it is still being written, or was cut short: copy or export it again.`,
    );
  }
  let model: ReturnType<typeof decodeModel>;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw refuse(`not a readable ONNX model (${messageOf(error)}); export it again with torch.onnx.export.`);
  }
  const { graph } = model;
  if (!graph?.node?.length || !graph.output?.length) {
    throw refuse('not an ONNX model: it holds no graph; export it with torch.onnx.export.');
  }
  const foreign = graph.node.find(isForeign);
  if (model.functions?.length || foreign) {
    const what = foreign ? `operator ${foreign.domain}.${foreign.op_type}` : 'local functions';
    throw refuse(`it uses ${what}, which Basin does not read; export it with standard ONNX operators only.`);
  }
  if (graph.sparse_initializer?.length) throw refuse('it holds sparse tensors, which Basin does not read.');
  const opset = toNumber(model.opset_import?.find(entry => !entry.domain || entry.domain === 'ai.onnx')?.version);
  if (opset < OPSET_MIN || opset > OPSET_MAX) {
    throw refuse(`it uses operator set ${opset}; export it with one from ${OPSET_MIN} to ${OPSET_MAX}.`);
  }
  const initializers = new Map(
    (graph.initializer ?? []).map(proto => [proto.name ?? '', describeTensor(proto, name, external)] as const),
  );
  const nodes = unmerge(graph.node, initializers, new Set(graph.output.map(output => output.name)));
  return {
    name,
    opset,
    producer: [model.producer_name, model.producer_version].filter(Boolean).join(' '),
    inputs: (graph.input ?? [])
      .filter(declared => !initializers.has(declared.name))
      .map(declared => {
        const tensor = declared.type?.tensor_type;
        return {
          name: declared.name,
          dtype: dtypeOf(tensor?.elem_type),
          shape: (tensor?.shape?.dim ?? []).map(dim =>
            dim.dim_value !== undefined ? toNumber(dim.dim_value) : (dim.dim_param ?? null),
          ),
        };
      }),
    outputs: graph.output.map(output => output.name),
    initializers,
    nodes,
  };
}

/** Whether a node's operator is none of the standard's. */
export const isForeign = ({ domain }: NodeProto): boolean => Boolean(domain) && domain !== 'ai.onnx';

/** All nodes, those of graphs inside nodes too. */
export const allNodes = (nodes: readonly NodeProto[]): NodeProto[] =>
  nodes.flatMap(node => [node, ...(node.attribute ?? []).flatMap(({ g }) => allNodes(g?.node ?? []))]);

/**
 * Parts what the exporter merged: PyTorch writes tensors of the same contents once, and `Identity` of it under the name
 * of the other, so that in a network that is not trained yet a running mean is the Identity of a bias, both being zero.
 * Adds each such name to `initializers` and returns the remaining nodes.
 */
function unmerge(
  nodes: readonly NodeProto[],
  initializers: Map<string, Initializer>,
  outputs: ReadonlySet<string>,
): NodeProto[] {
  return nodes.filter(({ op_type, input, output }) => {
    const from = initializers.get(input?.[0] ?? '');
    const [to] = output ?? [];
    if (op_type !== 'Identity' || !from || !to || outputs.has(to)) return true;
    initializers.set(to, { ...from, name: to, alias: from.alias ?? from.name });
    return false;
  });
}

const dtypeOf = (code: number | undefined): DType | null =>
  (Object.entries(DATA_TYPE).find(([, value]) => value === code)?.[0] as DType | undefined) ?? null;
