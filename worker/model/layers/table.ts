/** What each layer computes: one entry a layer, by kind; a layer without an entry is refused by name. */
import { attentionLayers } from './attention.ts';
import { convolutionLayers } from './convolution.ts';
import { coreLayers } from './core.ts';
import { Layer, type LayerCall, type LayerContext, type LayerRule, type NamedArguments } from './layer.ts';
import { mergingLayers } from './merging.ts';
import type { Wire } from './network.ts';
import { normalizationLayers } from './normalization.ts';
import { poolingLayers } from './pooling.ts';
import { recurrentLayers } from './recurrent.ts';
import { wrapperLayers } from './wrappers.ts';

const layers = {
  ...coreLayers,
  ...convolutionLayers,
  ...poolingLayers,
  ...normalizationLayers,
  ...mergingLayers,
  ...recurrentLayers,
  ...attentionLayers,
  ...wrapperLayers,
};

/** What a layer computes. Throws `input`, naming the layer, where nothing is known of it. */
export function ruleOf(layer: Layer): LayerRule {
  const rule = Object.hasOwn(layers, layer.className) ? layers[layer.className as keyof typeof layers] : undefined;
  if (rule) return rule;
  throw layer.refuse(
    'Basin has no rule for this layer; replace it, or export the model to ONNX and name it as "model" in basin.json.',
  );
}

/** Calls a layer. Throws `input`, naming layer and option, for what has no rule. */
export function callLayer(call: LayerCall, context: LayerContext, given?: NamedArguments): readonly Wire[] {
  const layer = new Layer(call, context, given);
  const rule = ruleOf(layer);
  layer.requireFloatingWeights();
  const results = [rule(layer)].flat();
  layer.refuseOtherArguments();
  return results;
}
