/** Pooling layers. */
import { hasChannelsFirst, images, imagesResult, windows } from './convolution.ts';
import { type LayerRule, plain } from './layer.ts';

const pooling =
  (operator: 'MaxPool' | 'AveragePool', axes: number): LayerRule =>
  layer => {
    const x = images(layer);
    const size = layer.numbers('pool_size', axes, 2);
    const strides = layer.config.strides === null ? size : layer.numbers('strides', axes, size[0]!);
    const attributes = windows(
      layer,
      size,
      layer.config.strides === undefined ? size : strides,
      size.map(() => 1),
    );
    return imagesResult(layer, layer.node(operator, [x.name], attributes), x.rank);
  };

const globalPooling =
  (operator: 'ReduceMax' | 'ReduceMean'): LayerRule =>
  layer => {
    const x = layer.unordered();
    const keepsAxes = layer.flag('keepdims', false);
    const channelsLast = x.channels === 'last' && !hasChannelsFirst(layer);
    const axes = Array.from({ length: x.rank - 2 }, (_, index) => index + (channelsLast ? 1 : 2));
    if (keepsAxes) return { ...x, name: layer.node(operator, [x.name, layer.integers(axes)], { keepdims: 1 }) };
    return plain(layer.node(operator, [x.name, layer.integers(axes)], { keepdims: 0 }), 2);
  };

export const poolingLayers: Readonly<Record<string, LayerRule>> = {
  MaxPooling1D: pooling('MaxPool', 1),
  MaxPooling2D: pooling('MaxPool', 2),
  MaxPooling3D: pooling('MaxPool', 3),
  AveragePooling1D: pooling('AveragePool', 1),
  AveragePooling2D: pooling('AveragePool', 2),
  AveragePooling3D: pooling('AveragePool', 3),
  GlobalMaxPooling1D: globalPooling('ReduceMax'),
  GlobalMaxPooling2D: globalPooling('ReduceMax'),
  GlobalMaxPooling3D: globalPooling('ReduceMax'),
  GlobalAveragePooling1D: globalPooling('ReduceMean'),
  GlobalAveragePooling2D: globalPooling('ReduceMean'),
  GlobalAveragePooling3D: globalPooling('ReduceMean'),
};
