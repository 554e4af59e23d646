/** What stands in the surface's scene, made of three.js's parts: materials, lines, the floor, the needle in the origin. */
import {
  BufferAttribute,
  BufferGeometry,
  DataTexture,
  DoubleSide,
  LineBasicMaterial,
  LineSegments,
  MeshBasicMaterial,
  NearestFilter,
  PerspectiveCamera,
  Spherical,
  SRGBColorSpace,
  Vector3,
} from 'three';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { LineSegments2 } from 'three/examples/jsm/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/examples/jsm/lines/LineSegmentsGeometry.js';
import { opaque } from '../theme.ts';
import { defaultCamera } from '../view/camera.ts';
import { isComputed, isFiniteCell } from '../view/cells.ts';
import { type ColorMapName, colorsOf } from '../view/colormap.ts';
import { drapedPath } from '../view/drape.ts';
import { type MeshBox, place } from '../view/mesh.ts';
import { coordinateAt } from '../view/plotFrame.ts';
import type { Theme } from '../view/theme.ts';
import type { SurfaceView } from '../view/viewModel.ts';

export const FIELD_OF_VIEW = 26;

/** Unlit, and coloured by a table instead of by vertex: every point has the colour the colour bar gives its value. */
export function surfaceMaterial(map: ColorMapName): MeshBasicMaterial {
  const colors = colorsOf(map);
  const texels = Uint8Array.from(colors.flatMap(([red, green, blue]) => [red, green, blue, 255]));
  const texture = new DataTexture(texels, colors.length, 1);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return new MeshBasicMaterial({
    map: texture,
    side: DoubleSide,
    // Lets the lines on the surface win over the surface.
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
  });
}

/** The table is one texel high, and its ends are the middles of its outermost texels. */
export function textureCoordinates(units: Float32Array): Float32Array {
  const coordinates = new Float32Array(2 * units.length).fill(0.5);
  for (const [i, unit] of units.entries())
    coordinates[2 * i] = 0.5 / 256 + Math.min(1, Math.max(0, unit)) * (255 / 256);
  return coordinates;
}

/** Lines of a width in CSS pixels, at whatever resolution: WebGL's own are one device pixel wide. `points`: two a line. */
export function lines(points: Float32Array, color: string, opacity: number, width = 1): LineSegments2 {
  const geometry = new LineSegmentsGeometry().setPositions(points);
  return new LineSegments2(geometry, new LineMaterial({ color, opacity, transparent: opacity < 1, linewidth: width }));
}

/**
 * The path of checkpoints over the surface, white in black to be seen on every colour, and faint where the surface hides
 * it; the straight lines between three checkpoints are dashed.
 */
export function pathLines(view: SurfaceView, box: MeshBox): readonly LineSegments2[] {
  const points = drapedPath(view, box).flatMap(piece => piece.slice(1).flatMap((to, i) => [...piece[i]!, ...to]));
  if (points.length === 0) return [];
  const drawn = (color: string, opacity: number, width: number, order: number): LineSegments2 => {
    const own = lines(Float32Array.from(points), color, opacity, width);
    own.renderOrder = order;
    // What is hidden is drawn through the surface before what is not.
    own.material.depthTest = opacity === 1;
    // White is held against the surface alone, not against the black below it.
    own.material.depthWrite = false;
    if (view.path?.kind === 'three') {
      Object.assign(own.material, { dashed: true, dashSize: 0.05, gapSize: 0.035 });
      own.computeLineDistances();
    }
    return own;
  };
  return [drawn('#fff', 0.4, 1.4, 1), drawn('#000', 1, 3.6, 2), drawn('#fff', 1, 1.8, 3)];
}

/** Lines one device pixel wide: thousands of the others take a processor that draws by itself a tenth of a second. */
export function thinLines(vertices: BufferGeometry, pairs: Uint32Array, material: LineBasicMaterial): LineSegments {
  const geometry = new BufferGeometry().setAttribute('position', vertices.getAttribute('position'));
  return new LineSegments(geometry.setIndex(new BufferAttribute(pairs, 1)), material);
}

/** From vertices and the pairs of them that a line joins to points. */
export function segments(vertices: Float32Array, pairs: Uint32Array): Float32Array {
  const points = new Float32Array(3 * pairs.length);
  for (const [i, vertex] of pairs.entries()) points.set(vertices.subarray(3 * vertex, 3 * vertex + 3), 3 * i);
  return points;
}

export function floor({ halfX, halfY }: MeshBox, theme: Theme): LineSegments2 {
  const corners = [
    [-halfX, halfY],
    [halfX, halfY],
    [halfX, -halfY],
    [-halfX, -halfY],
  ] as const;
  const points = corners.flatMap((corner, i) => {
    const next = corners[(i + 1) % 4]!;
    return [corner[0], 0, corner[1], next[0], 0, next[1]];
  });
  return lines(Float32Array.from(points), opaque(theme.line), theme.isHighContrast ? 1 : 0.5);
}

/** Hatching on the floor below the holes that cells leave which are not finite; null where there are none. */
export function holes(view: SurfaceView, box: MeshBox, theme: Theme): LineSegments | null {
  const put = place(view, box);
  const points = view.cells.flatMap((line, row) =>
    line.flatMap((cell, column) => {
      if (!isComputed(cell) || isFiniteCell(cell)) return [];
      const at = (dx: number, dy: number): readonly number[] =>
        put(coordinateAt(view.x, column + dx), coordinateAt(view.y, row + dy), 0);
      return [...at(-0.5, -0.5), ...at(0.5, 0.5)];
    }),
  );
  if (points.length === 0) return null;
  const geometry = new BufferGeometry().setAttribute('position', new BufferAttribute(Float32Array.from(points), 3));
  return new LineSegments(geometry, new LineBasicMaterial({ color: opaque(theme.foreground) }));
}

/** A needle in the origin that reaches out of the bowl. */
export function pin([x, y, z]: readonly [number, number, number], top: number, theme: Theme): LineSegments2 {
  return lines(Float32Array.of(x, y, z, x, top, z), opaque(theme.foreground), 1);
}

/** Room around the box for its labels, in CSS pixels. */
const LABEL_ROOM = { sides: 36, ends: 40 } as const;

/** The least distance at which the box and its labels fit into the canvas, however it is turned about its axis. */
export function fitDistance(
  { halfX, halfY, height }: MeshBox,
  target: Vector3,
  size: { width: number; height: number },
): number {
  const camera = new PerspectiveCamera(FIELD_OF_VIEW, size.width / size.height, 0.1, 100);
  const most = { x: 1 - (2 * LABEL_ROOM.sides) / size.width, y: 1 - (2 * LABEL_ROOM.ends) / size.height };
  const corners = [-halfX, halfX].flatMap(x =>
    [0, height].flatMap(y => [-halfY, halfY].map(z => new Vector3(x, y, z))),
  );
  const fits = (distance: number): boolean =>
    [0, Math.PI / 8, Math.PI / 4, (3 * Math.PI) / 8, Math.PI / 2].every(azimuth => {
      camera.position.setFromSpherical(new Spherical(distance, defaultCamera.polar, azimuth)).add(target);
      camera.lookAt(target);
      camera.updateMatrixWorld();
      return corners.every(corner => {
        const { x, y } = corner.clone().project(camera);
        return Math.abs(x) <= most.x && Math.abs(y) <= most.y;
      });
    });
  let [near, far] = [2, 24];
  while (far - near > 0.01) {
    const middle = (near + far) / 2;
    if (fits(middle)) far = middle;
    else near = middle;
  }
  return far;
}
