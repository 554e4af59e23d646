/** The path of checkpoints on the surface in three dimensions. Pure: no WebGL here. */
import { heightOver, type MeshBox, place } from './mesh.ts';
import type { SurfaceView } from './viewModel.ts';

export type Point3 = readonly [number, number, number];

/** Above the surface, as a share of the box's height, so that the surface's own triangles do not cut through a line on it. */
const LIFT = 0.008;

/** Between two points of a line on the surface, as a share of the box: finer than a grid that can be seen. */
const STEP = 0.02;

/** Where each checkpoint's projection lies on the surface; on the floor where there is no surface. */
export function markPlaces(view: SurfaceView, box: MeshBox): readonly Point3[] {
  const put = place(view, box);
  const over = heightOver(view, box);
  return (view.path?.points ?? []).map(({ x, y }): Point3 => {
    const [atX, , atZ] = put(x, y, 0);
    return [atX, over(atX, atZ) ?? 0, atZ];
  });
}

/** The lines of the path as they run over the surface, interrupted where there is none. */
export function drapedPath(view: SurfaceView, box: MeshBox): readonly (readonly Point3[])[] {
  const { path } = view;
  if (path === null) return [];
  const put = place(view, box);
  const over = heightOver(view, box);
  const corners = path.points.map(({ x, y }) => put(x, y, 0));
  const ends = path.kind === 'three' ? [...corners.slice(1), ...corners.slice(0, 1)] : corners.slice(1);
  const pieces: Point3[][] = [[]];
  for (const [i, [toX, , toZ]] of ends.entries()) {
    const [fromX, , fromZ] = corners[i]!;
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toZ - fromZ) / STEP));
    for (let step = i === 0 ? 0 : 1; step <= steps; step++) {
      const [x, z] = [fromX + ((toX - fromX) * step) / steps, fromZ + ((toZ - fromZ) * step) / steps];
      const height = over(x, z);
      if (height !== null) pieces.at(-1)!.push([x, height + LIFT * box.height, z]);
      else if (pieces.at(-1)!.length > 0) pieces.push([]);
    }
  }
  return pieces.filter(piece => piece.length > 1);
}

/** Steps along a line of sight: fewer where many marks are looked at, which a turn of the surface does in every frame. */
const SIGHT_STEPS = { least: 24, most: 160, inAll: 16_000 } as const;

/**
 * Whether the surface stands between the eye and a point on it: the line of sight is then below it somewhere. Marks lie on
 * its upper side.
 */
export function isHiddenBy(view: SurfaceView, box: MeshBox): (eye: Point3, point: Point3) => boolean {
  const over = heightOver(view, box);
  const tolerance = 0.012 * box.height;
  const { least, most, inAll } = SIGHT_STEPS;
  const steps = Math.max(least, Math.min(most, Math.round(inAll / (view.path?.points.length ?? 1))));
  return (eye, point) => {
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      const at = (axis: 0 | 1 | 2): number => eye[axis] + t * (point[axis] - eye[axis]);
      const height = over(at(0), at(2));
      if (height !== null && at(1) < height - tolerance) return true;
    }
    return false;
  };
}
