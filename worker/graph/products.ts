/**
 * Derivatives of a loss by its parameters as graphs: the gradient and the products of second derivatives with vectors.
 * Each function takes and gives values of one graph; what several of them share is computed once.
 */
import { add, expand, full, mul, square, sum, sumRows } from './arithmetic.ts';
import { gradient, tangent } from './derivatives.ts';
import type { ParameterValue, Value } from './graph.ts';
import { joinConvolutions } from './joining.ts';
import { lastLayerOf } from './lastLayer.ts';
import { foldNormalizations } from './normalizations.ts';
import { decompose, lower, shareCommonValues } from './rewrite.ts';

/** A loss in terms of its network's output, ready to be differentiated: free of composite operators. */
export interface DifferentiableLoss {
  /** A scalar. */
  readonly loss: Value;
  /** One loss an example, of which `loss` is the sum; null where there are none. */
  readonly losses: Value | null;
  /** The network's output, through which alone the loss depends on the parameters. */
  readonly output: Value;
  readonly parameters: readonly ParameterValue[];
}

/**
 * Prepares a loss.
 * @param options whether normalisations are taken into the convolutions before them, see `foldNormalizations`.
 * Throws `input`, naming the node, where an operator cannot be differentiated.
 */
export function differentiable(
  { loss, losses, output, parameters }: DifferentiableLoss,
  options: { readonly foldsNormalizations: boolean } = { foldsNormalizations: true },
): DifferentiableLoss {
  const values = losses ? [loss, output, losses] : [loss, output];
  const [plainLoss, plainOutput, plainLosses] = decompose(
    options.foldsNormalizations ? foldNormalizations(values) : values,
  );
  return { loss: plainLoss!, output: plainOutput!, losses: plainLosses ?? null, parameters };
}

/** One value a parameter, of its shape. */
export type ParameterValues = readonly Value[];

const orZeros = (values: readonly (Value | null)[], like: readonly Value[]): Value[] =>
  values.map((value, index) => value ?? full(0, like[index]!));

const seedsOf = (parameters: readonly Value[], vector: ParameterValues): Map<Value, Value> =>
  new Map(parameters.map((parameter, index) => [parameter, vector[index]!]));

/** ∂L/∂θ. */
export const lossGradient = ({ loss, parameters }: DifferentiableLoss): Value[] =>
  orZeros(gradient(loss, parameters), parameters);

/** H·v, the tangent of the gradient (Pearlmutter 1994), where H is the loss's Hessian. */
export function hessianVectorProduct(loss: DifferentiableLoss, vector: ParameterValues): Value[] {
  const { parameters } = loss;
  return orZeros(tangent(lossGradient(loss), seedsOf(parameters, vector)), parameters);
}

/** G·v = Jᵀ·H_L·J·v, with the output's Jacobian J and the loss's Hessian H_L by the output (Schraudolph 2002). */
export function gaussNewtonVectorProduct(
  { loss, output, parameters }: DifferentiableLoss,
  vector: ParameterValues,
): Value[] {
  const [outputTangent] = tangent([output], seedsOf(parameters, vector));
  const [residual] = gradient(loss, [output]);
  const [curved] = outputTangent && residual ? tangent([residual], new Map([[output, outputTangent]])) : [null];
  const product = curved ? gradient(output, parameters, curved) : parameters.map(() => null);
  return orZeros(product, parameters);
}

/** ⟨∂Lᵢ/∂θ, v⟩ for every example i at once, the tangent of the examples' losses, of which there must be some. */
export function perExampleGradientProduct({ losses, parameters }: DifferentiableLoss, vector: ParameterValues): Value {
  if (!losses) throw new TypeError('the loss is no sum over examples');
  return tangent([losses], seedsOf(parameters, vector))[0] ?? full(0, losses);
}

/** vᵀ·Hᵢ·v for every example i at once, the second derivative of the examples' losses along v. */
export function perExampleCurvature(loss: DifferentiableLoss, vector: ParameterValues): Value {
  const slope = perExampleGradientProduct(loss, vector);
  return tangent([slope], seedsOf(loss.parameters, vector))[0] ?? full(0, slope);
}

/** vᵀ·Gᵢ·v for every example i at once, where G is the Gauss–Newton matrix: (J·v)ᵀ·H_L·(J·v), row by row. */
export function perExampleGaussNewtonCurvature(
  { loss, losses, output, parameters }: DifferentiableLoss,
  vector: ParameterValues,
): Value {
  if (!losses) throw new TypeError('the loss is no sum over examples');
  const [moved] = tangent([output], seedsOf(parameters, vector));
  const [residual] = gradient(loss, [output]);
  const [curved] = moved && residual ? tangent([residual], new Map([[output, moved]])) : [null];
  return curved ? sumRows(mul(moved!, curved)) : full(0, losses);
}

/**
 * ‖φ‖²·pᵀ·H_L·p for every example i at once and each of the patterns p, with the features φ that the network's last layer
 * takes and the loss's Hessian H_L by what it puts out, summed over an example's positions: the trace of the Hessian by
 * that layer's weights, over the patterns of outputs that they might move in. Positions must not share a loss.
 * @param patterns one number an output each.
 */
export function perExampleLastLayerCurvature(
  { loss, losses, output }: DifferentiableLoss,
  patterns: readonly Value[],
): Value {
  const layer = lastLayerOf(output);
  if (!losses || !layer) throw new TypeError('the network does not end with a linear map before a loss of examples');
  const { features } = layer;
  const [residual] = gradient(loss, [output]);
  const last = features.shape.length - 1;
  const sizes = sum(square(features), [last]);
  const curved = patterns.map(pattern => {
    const moved = expand(pattern, output.shape);
    const [bent] = residual ? tangent([residual], new Map([[output, moved]])) : [null];
    return bent ? mul(moved, bent) : full(0, output);
  });
  const [first, ...rest] = curved as [Value, ...Value[]];
  return sumRows(mul(rest.reduce(add, first), sizes));
}

/** Makes written derivatives fit to be run: common values once, operators that ONNX has only, and few convolutions. */
export const runnable = (outputs: readonly Value[]): Value[] =>
  joinConvolutions(shareCommonValues(lower(shareCommonValues(outputs))));
