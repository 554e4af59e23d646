import { writeNpz } from '../io/npzWriter.ts';
import type { DirectionsRequest } from '../protocol.ts';
import type { Context } from './context.ts';
import { openPlanes } from './plane.ts';
import { openProblem } from './problem.ts';

/** Writes the directions of a plane under the names that `givenDirection` looks for. */
export async function directions(request: DirectionsRequest, context: Context): Promise<void> {
  const problem = await openProblem(request, context);
  try {
    const { objective } = problem;
    const { planes } = await openPlanes(problem, request, context);
    const vectors = Object.entries(planes[0]!.directions);
    const arrays = vectors.flatMap(([axis, vector]: [string, Float32Array]) =>
      objective.slots.map(({ key, shape, offset, size }) => ({
        name: `${axis}/${key}`,
        shape,
        data: vector.subarray(offset, offset + size),
      })),
    );
    await writeNpz(request.file, arrays);
  } finally {
    await problem.close();
  }
}
