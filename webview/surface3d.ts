/** The surface in three dimensions: the same grid, scale and colours as the contour map, turned by mouse or keys. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  LineBasicMaterial,
  LineSegments,
  type Material,
  Mesh,
  MeshBasicMaterial,
  NearestFilter,
  PerspectiveCamera,
  Scene,
  Spherical,
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { drawLabels } from './axisBox.ts';
import { type ColorMapName, colorsOf } from './colormap.ts';
import { element } from './dom.ts';
import { type MeshBox, meshBox, meshOf, place } from './mesh.ts';
import { toUnit } from './scale.ts';
import type { Theme } from './theme.ts';
import type { SurfaceView } from './viewModel.ts';

/** Where the camera stands: angles in radians, distance relative to the one at which the box fits. */
export interface CameraState {
  readonly azimuth: number;
  readonly polar: number;
  readonly zoom: number;
}

export const defaultCamera: CameraState = { azimuth: -0.6, polar: 1.02, zoom: 1 };

const FIELD_OF_VIEW = 26;
const ZOOM = { least: 0.4, most: 1.8 } as const;
const TURN = Math.PI / 24;

/** Whether this page can draw in three dimensions; found out once, by trying. */
export function tryRenderer(canvas: HTMLCanvasElement): WebGLRenderer | null {
  // Asking first keeps three.js from writing an error to the console where the answer is no.
  if (canvas.getContext('webgl2', { antialias: true, alpha: true }) === null) return null;
  try {
    return new WebGLRenderer({ canvas, antialias: true, alpha: true });
  } catch {
    return null;
  }
}

/** Owns the WebGL context and everything in it. Draws on demand only. */
export class SurfaceChart {
  /** Focusable; the picture is in it. */
  readonly element: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #labels = element('canvas', { class: 'labels', 'aria-hidden': 'true' });
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 100);
  readonly #controls: OrbitControls;
  readonly #onCamera: (camera: CameraState) => void;
  #fit = 5;
  #zoom: number;
  #pending = 0;
  #shown: { view: SurfaceView; theme: Theme; box: MeshBox } | null = null;

  /** `canvas` belongs to `renderer`; `onCamera` is told where the reader left the camera. */
  constructor(
    canvas: HTMLCanvasElement,
    renderer: WebGLRenderer,
    camera: CameraState,
    onCamera: (camera: CameraState) => void,
  ) {
    this.#canvas = canvas;
    this.#renderer = renderer;
    this.#onCamera = onCamera;
    this.#zoom = camera.zoom;
    canvas.setAttribute('role', 'img');
    this.element = element(
      'div',
      {
        class: 'chart surface',
        tabindex: '0',
        role: 'group',
        'aria-label': 'Surface in three dimensions. Arrow keys turn it, plus and minus zoom, Home resets the view.',
      },
      canvas,
      this.#labels,
    );
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.enablePan = false;
    this.#controls.maxPolarAngle = 1.75;
    // The wheel scrolls the page until the reader has chosen the picture.
    this.#controls.enableZoom = false;
    this.element.addEventListener('focus', () => {
      this.#controls.enableZoom = true;
    });
    this.element.addEventListener('blur', () => {
      this.#controls.enableZoom = false;
    });
    canvas.addEventListener('pointerdown', () => this.element.focus({ preventScroll: true }));
    this.#controls.addEventListener('change', () => this.#requestRender());
    this.#controls.addEventListener('end', () => this.#tellCamera());
    this.element.addEventListener('keydown', event => this.#onKey(event));
    canvas.addEventListener('webglcontextrestored', () => this.#requestRender());
    this.#stand(camera);
  }

  /** Shows the surface in `width` × `height` CSS pixels; false where the grid has none to show yet. */
  draw(view: SurfaceView, theme: Theme, map: ColorMapName, width: number, height: number): boolean {
    const mesh = meshOf(view);
    this.#clear();
    this.element.hidden = mesh === null;
    if (mesh === null) return false;

    const box = meshBox(view);
    this.#shown = { view, theme, box };
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(mesh.positions, 3));
    geometry.setAttribute('uv', new BufferAttribute(textureCoordinates(mesh.units), 2));
    geometry.setIndex(new BufferAttribute(mesh.triangles, 1));
    this.#scene.add(new Mesh(geometry, surfaceMaterial(map)));

    const grid = new BufferGeometry();
    grid.setAttribute('position', geometry.getAttribute('position'));
    grid.setIndex(new BufferAttribute(mesh.lines, 1));
    this.#scene.add(new LineSegments(grid, lineMaterial('#000', 0.22)));
    this.#scene.add(floor(box, theme));
    if (view.origin !== null && view.isOriginInside && view.scale !== null) {
      const at = place(view, box)(0, 0, toUnit(view.scale, view.origin));
      this.#scene.add(pin(at, box.height * 1.12, theme));
    }

    this.#canvas.setAttribute('aria-label', view.description);
    this.#renderer.setPixelRatio(window.devicePixelRatio || 1);
    this.#renderer.setSize(width, height);
    this.#camera.aspect = width / height;
    this.#camera.updateProjectionMatrix();
    this.#controls.target.set(0, box.height * 0.45, 0);
    this.#fit = fitDistance(box, this.#controls.target, { width, height });
    this.#controls.minDistance = this.#fit * ZOOM.least;
    this.#controls.maxDistance = this.#fit * ZOOM.most;
    this.#stand({ ...this.camera, zoom: this.#zoom });
    this.#render();
    return true;
  }

  /** Where the camera stands now. */
  get camera(): CameraState {
    return {
      azimuth: this.#controls.getAzimuthalAngle(),
      polar: this.#controls.getPolarAngle(),
      zoom: this.#controls.getDistance() / this.#fit,
    };
  }

  reset(): void {
    this.#stand(defaultCamera);
    this.#tellCamera();
  }

  dispose(): void {
    cancelAnimationFrame(this.#pending);
    this.#clear();
    this.#controls.dispose();
    this.#renderer.dispose();
  }

  #onKey(event: KeyboardEvent): void {
    const { azimuth, polar, zoom } = this.camera;
    const moved: Readonly<Record<string, CameraState>> = {
      ArrowLeft: { azimuth: azimuth - TURN, polar, zoom },
      ArrowRight: { azimuth: azimuth + TURN, polar, zoom },
      ArrowUp: { azimuth, polar: polar - TURN, zoom },
      ArrowDown: { azimuth, polar: polar + TURN, zoom },
      '+': { azimuth, polar, zoom: zoom / 1.15 },
      '=': { azimuth, polar, zoom: zoom / 1.15 },
      '-': { azimuth, polar, zoom: zoom * 1.15 },
      Home: defaultCamera,
    };
    const next = moved[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#stand(next);
    this.#tellCamera();
  }

  #stand({ azimuth, polar, zoom }: CameraState): void {
    const distance = this.#fit * Math.min(ZOOM.most, Math.max(ZOOM.least, zoom));
    const angle = Math.min(this.#controls.maxPolarAngle, Math.max(0.01, polar));
    this.#zoom = distance / this.#fit;
    this.#camera.position.setFromSpherical(new Spherical(distance, angle, azimuth)).add(this.#controls.target);
    this.#controls.update();
    this.#requestRender();
  }

  #tellCamera(): void {
    const camera = this.camera;
    this.#zoom = camera.zoom;
    this.#onCamera(camera);
  }

  #requestRender(): void {
    if (this.#pending !== 0) return;
    this.#pending = requestAnimationFrame(() => {
      this.#pending = 0;
      this.#render();
    });
  }

  #render(): void {
    if (this.#shown === null) return;
    this.#renderer.render(this.#scene, this.#camera);
    const size = { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
    const toScreen = ([x, y, z]: readonly [number, number, number]): readonly [number, number] => {
      const at = new Vector3(x, y, z).project(this.#camera);
      return [((at.x + 1) / 2) * size.width, ((1 - at.y) / 2) * size.height];
    };
    drawLabels(this.#labels, size, toScreen, this.#shown);
  }

  #clear(): void {
    this.#shown = null;
    for (const child of [...this.#scene.children]) {
      this.#scene.remove(child);
      if (!(child instanceof Mesh || child instanceof LineSegments)) continue;
      child.geometry.dispose();
      const material = child.material as Material & { map?: DataTexture | null };
      material.map?.dispose();
      material.dispose();
    }
  }
}

/** Unlit, and coloured by a table instead of by vertex: every point has the colour the colour bar gives its value. */
function surfaceMaterial(map: ColorMapName): MeshBasicMaterial {
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
function textureCoordinates(units: Float32Array): Float32Array {
  const coordinates = new Float32Array(2 * units.length).fill(0.5);
  for (const [i, unit] of units.entries())
    coordinates[2 * i] = 0.5 / 256 + Math.min(1, Math.max(0, unit)) * (255 / 256);
  return coordinates;
}

function lineMaterial(color: string, opacity: number): LineBasicMaterial {
  return new LineBasicMaterial({ color: new Color(color), transparent: opacity < 1, opacity });
}

function floor({ halfX, halfY }: MeshBox, theme: Theme): LineSegments {
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
  const geometry = new BufferGeometry().setAttribute('position', new BufferAttribute(Float32Array.from(points), 3));
  return new LineSegments(geometry, lineMaterial(opaque(theme.line), theme.isHighContrast ? 1 : 0.5));
}

/** A needle in the origin that reaches out of the bowl. */
function pin([x, y, z]: readonly [number, number, number], top: number, theme: Theme): LineSegments {
  const geometry = new BufferGeometry().setAttribute(
    'position',
    new BufferAttribute(Float32Array.of(x, y, z, x, top, z), 3),
  );
  return new LineSegments(geometry, lineMaterial(opaque(theme.foreground), 1));
}

/** three.js knows no alpha in a colour, so it is left off. */
function opaque(color: string): string {
  const context = element('canvas').getContext('2d')!;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Room around the box for its labels, in CSS pixels. */
const LABEL_ROOM = { sides: 36, ends: 40 } as const;

/** The least distance at which the box and its labels fit into the canvas, however it is turned about its axis. */
function fitDistance(
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
