/** What each layer computes: one entry a layer, by kind; a layer without an entry is refused by name. */
import { convolutionLayers } from './convolution.ts';
import { coreLayers } from './core.ts';
import type { Layer } from './layer.ts';
import { mergingLayers } from './merging.ts';
import type { Wire } from './network.ts';
import { normalizationLayers } from './normalization.ts';
import { poolingLayers } from './pooling.ts';
import { recurrentLayers } from './recurrent.ts';

const layers = {
  ...coreLayers,
  ...convolutionLayers,
  ...poolingLayers,
  ...normalizationLayers,
  ...mergingLayers,
  ...recurrentLayers,
};

/** Calls a layer. Throws `input`, naming layer and option, for what has no rule. */
export function call(layer: Layer): Wire {
  const rule = Object.hasOwn(layers, layer.className) ? layers[layer.className as keyof typeof layers] : undefined;
  if (rule) return rule(layer);
  throw layer.refuse(
    'Basin has no rule for this layer; replace it, or export the model to ONNX and name it as "model" in basin.json.',
  );
}
