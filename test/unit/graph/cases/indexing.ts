import { elementCount } from '../../../../worker/tensor.ts';
import { type Draw, type Family, int32, int64 } from './case.ts';

/** Random indices into an axis, from its beginning and its end. */
const indices = (draw: Draw, size: number, shape: readonly number[]) =>
  int64(
    draw.list(elementCount(shape), () => draw.integer(-size, size - 1)),
    shape,
  );

const gather: Family = draw => {
  const rank = draw.integer(1, 3);
  const shape = draw.shape(rank);
  const axis = draw.integer(0, rank - 1);
  const size = shape[axis]!;
  const indexShape = draw.shape(draw.integer(0, 2), 3);
  return { operator: 'Gather', inputs: [shape, indices(draw, size, indexShape)], attributes: { axis } };
};

/** Indices as many as elements along every axis but one, along which there may be more or fewer. */
function elements(draw: Draw) {
  const shape = draw.shape(draw.integer(1, 3));
  const axis = draw.integer(0, shape.length - 1);
  const indexShape = shape.map((size, at) => (at === axis ? draw.integer(1, 4) : draw.integer(1, size)));
  return { shape, axis, size: shape[axis]!, indexShape };
}

const gatherElements: Family = draw => {
  const { shape, axis, size, indexShape } = elements(draw);
  return { operator: 'GatherElements', inputs: [shape, indices(draw, size, indexShape)], attributes: { axis } };
};

const scatterElements =
  (reduction: string): Family =>
  draw => {
    const { shape, axis, size, indexShape } = elements(draw);
    if (reduction === 'add') {
      const places = indices(draw, size, indexShape);
      return { operator: 'ScatterElements', inputs: [shape, places, indexShape], attributes: { axis, reduction } };
    }
    // No element is written twice, since the order would matter: each row names every place at most once.
    const written = shape.map((own, at) => (at === axis ? own : indexShape[at]!));
    const strideAlong = elementCount(written.slice(axis + 1));
    const places = draw.list(elementCount(written), index => Math.floor(index / strideAlong) % size);
    const turned = places.map(place => (place + 1) % size);
    return {
      operator: 'ScatterElements',
      inputs: [shape, int64(turned, written), written],
      attributes: { axis, reduction },
    };
  };

/** A shape, and vectors of indices that name parts of it. */
function parts(draw: Draw, leads: readonly number[]) {
  const shape = draw.shape(draw.integer(1, 3));
  const depth = draw.integer(1, shape.length);
  const vectors = draw.list(elementCount(leads), () =>
    shape.slice(0, depth).map(size => draw.integer(-size, size - 1)),
  );
  return { shape, places: int64(vectors.flat(), [...leads, depth]), partShape: [...leads, ...shape.slice(depth)] };
}

const gatherNd: Family = draw => {
  const { shape, places } = parts(draw, draw.shape(draw.integer(0, 2), 3));
  return { operator: 'GatherND', inputs: [shape, places] };
};

const scatterNd =
  (reduction: string): Family =>
  draw => {
    const { shape, places, partShape } = parts(draw, reduction === 'add' ? draw.shape(draw.integer(0, 2), 3) : [1]);
    return { operator: 'ScatterND', inputs: [shape, places, partShape], attributes: { reduction } };
  };

export const indexingCases: readonly Family[] = [
  gather,
  { operator: 'Gather', inputs: [[4, 3], int64([3, 0, -1, 3], [2, 2])], attributes: { axis: 0 } },
  { operator: 'Gather', inputs: [[2, 4, 3], int64([1], [])], attributes: { axis: 1 } },
  { operator: 'Gather', inputs: [[2, 4, 3], int64([1, 1, -3])], attributes: { axis: -1 } },
  { operator: 'Gather', inputs: [[4, 3], int32([2, 0, 2])], attributes: { axis: 1 } },
  { operator: 'GatherElements', inputs: [[4], int32([3, 0, -1])], attributes: { axis: 0 } },
  gatherElements,
  scatterElements('add'),
  scatterElements('none'),
  gatherNd,
  scatterNd('add'),
  scatterNd('none'),
  { operator: 'ScatterND', inputs: [[4, 2], int64([3, 0, -3], [3, 1]), [3, 2]], attributes: { reduction: 'none' } },
  { operator: 'ScatterND', inputs: [[4, 2], int64([3, 3, -1], [3, 1]), [3, 2]], attributes: { reduction: 'add' } },
];
