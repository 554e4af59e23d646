import { commonModels } from './common.ts';
import { elementwiseModels } from './elementwise.ts';
import { indexingModels } from './indexing.ts';
import { lossModels } from './losses.ts';
import type { Model } from './model.ts';
import { networkModels } from './network.ts';
import { recurrentModels } from './recurrent.ts';
import { reduceModels } from './reduce.ts';
import { spatialModels } from './spatial.ts';

/** A model at least for every ONNX operator that is read, by what it shows. */
export const models: Readonly<Record<string, Model>> = {
  ...commonModels,
  ...elementwiseModels,
  ...indexingModels,
  ...spatialModels,
  ...reduceModels,
  ...lossModels,
  ...networkModels,
  ...recurrentModels,
};
