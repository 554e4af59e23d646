/** The surface in three dimensions: the same grid, scale and colours as the contour map, turned by mouse or keys. */
import {
  BufferAttribute,
  BufferGeometry,
  type DataTexture,
  LineBasicMaterial,
  LineSegments,
  type Material,
  Mesh,
  PerspectiveCamera,
  Scene,
  Spherical,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { element } from '../dom.ts';
import { type BoxScene, boxLabels, cellMarker, checkpointMarker } from '../picture/boxLabels.ts';
import { measureOn, paint, prepare } from '../picture/canvas.ts';
import { type DrawnSurface, measureOnPaper } from '../picture/paper.ts';
import { nearestMark } from '../picture/pathShapes.ts';
import { type CameraState, defaultCamera } from '../view/camera.ts';
import type { ColorMapName } from '../view/colormap.ts';
import { isHiddenBy, markPlaces } from '../view/drape.ts';
import { type MeshBox, meshBox, meshOf, place } from '../view/mesh.ts';
import { pickCell } from '../view/pick.ts';
import type { CellIndex } from '../view/readout.ts';
import { toUnit } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import type { SurfaceView } from '../view/viewModel.ts';
import { FramePace } from './framePace.ts';
import {
  FIELD_OF_VIEW,
  fitDistance,
  floor,
  holes,
  lines,
  pathLines,
  pin,
  segments,
  surfaceMaterial,
  textureCoordinates,
  thinLines,
} from './surfaceScene.ts';

const ZOOM = { least: 0.4, most: 1.8 } as const;
/** Device pixels a CSS pixel in print. */
const PAPER_RATIO = 4;
/** Of the lines on the surface, where they are a CSS pixel wide. */
const GRID_OPACITY = 0.22;
const TURN = Math.PI / 24;

/** Whether this page can draw in three dimensions; found out once, by trying. */
export function tryRenderer(canvas: HTMLCanvasElement): WebGLRenderer | null {
  // Asking first keeps three.js from writing an error to the console where the answer is no.
  if (canvas.getContext('webgl2', { antialias: false, alpha: true }) === null) return null;
  try {
    return new WebGLRenderer({ canvas, antialias: false, alpha: true });
  } catch {
    return null;
  }
}

/** Milliseconds without a movement after which the picture is drawn sharp. */
const STILL = 160;

/**
 * Device pixels a CSS pixel at which edges are smooth: twice the screen's, and no more than three. The browser scales the
 * picture down, which is dearer than the multisampling of a GPU but can be left out while a slow machine turns it.
 */
const sharpRatio = (): number =>
  Math.max(window.devicePixelRatio || 1, Math.min(3, 2 * (window.devicePixelRatio || 1)));

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface SurfaceEvents {
  /** Where the reader left the camera. */
  readonly camera: (camera: CameraState) => void;
  /** The cell below the pointer. */
  readonly point: (cell: CellIndex | null) => void;
  /** The checkpoint of the plane's path below the pointer, by its place in it. */
  readonly checkpoint: (index: number) => void;
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
  readonly #events: SurfaceEvents;
  #fit = 5;
  #zoom: number;
  #pending = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #ratio = 0;
  #size: Size = { width: 1, height: 1 };
  readonly #pace = new FramePace();
  /** The finer the pixels, the thinner its lines, and the darker they have to be to look the same. */
  readonly #gridMaterial = new LineBasicMaterial({ color: '#000', transparent: true });
  #shown: { view: SurfaceView; theme: Theme; box: MeshBox } | null = null;
  #pointed: CellIndex | null = null;
  #checkpoint: number | null = null;
  #isDragged = false;

  /** `canvas` belongs to `renderer`. */
  constructor(canvas: HTMLCanvasElement, renderer: WebGLRenderer, camera: CameraState, events: SurfaceEvents) {
    this.#canvas = canvas;
    this.#renderer = renderer;
    this.#events = events;
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
    canvas.addEventListener('pointermove', event => this.#onMove(event));
    canvas.addEventListener('pointerleave', () => this.#point(null));
    this.#controls.addEventListener('change', () => this.#requestRender());
    this.#controls.addEventListener('start', () => {
      this.#isDragged = true;
    });
    this.#controls.addEventListener('end', () => {
      this.#isDragged = false;
      this.#tellCamera();
    });
    this.element.addEventListener('keydown', event => this.#onKey(event));
    canvas.addEventListener('webglcontextrestored', () => this.#requestRender());
    this.stand(camera);
  }

  /** Shows the surface in `width` × `height` CSS pixels; false where the grid has none to show yet. */
  draw(view: SurfaceView, theme: Theme, map: ColorMapName, { width, height }: Size, ratio = sharpRatio()): boolean {
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

    if (ratio === PAPER_RATIO) this.#scene.add(lines(segments(mesh.positions, mesh.lines), '#000', GRID_OPACITY));
    else this.#scene.add(thinLines(geometry, mesh.lines, this.#gridMaterial));
    this.#scene.add(floor(box, theme));
    const hatched = holes(view, box, theme);
    if (hatched !== null) this.#scene.add(hatched);
    for (const line of pathLines(view, box)) this.#scene.add(line);
    if (view.origin !== null && view.isOriginInside && view.scale !== null) {
      const at = place(view, box)(0, 0, toUnit(view.scale, view.origin));
      this.#scene.add(pin(at, box.height * 1.12, theme));
    }

    this.#canvas.setAttribute('aria-label', view.description);
    this.#resize({ width, height }, ratio);
    this.#camera.aspect = width / height;
    this.#camera.updateProjectionMatrix();
    this.#controls.target.set(0, box.height * 0.45, 0);
    this.#fit = fitDistance(box, this.#controls.target, { width, height });
    this.#controls.minDistance = this.#fit * ZOOM.least;
    this.#controls.maxDistance = this.#fit * ZOOM.most;
    this.stand({ ...this.camera, zoom: this.#zoom });
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

  /** Draws at the resolution of print, from where the camera stands; what is on the screen has to be drawn again. */
  drawForPaper(view: SurfaceView, theme: Theme, map: ColorMapName, size: Size): DrawnSurface | null {
    if (!this.draw(view, theme, map, size, PAPER_RATIO) || this.#shown === null) return null;
    const scene = this.#boxScene(this.#shown, size, measureOnPaper);
    // The pixels are there until the browser shows the next frame.
    return { ...size, href: this.#canvas.toDataURL('image/png'), labels: boxLabels(scene) };
  }

  /** Marks a cell that was pointed at, here or elsewhere. */
  mark(cell: CellIndex | null): void {
    this.#pointed = cell;
    this.#checkpoint = null;
    this.#drawLabels();
  }

  /** Marks a checkpoint of the path in the place of a cell. */
  markCheckpoint(index: number): void {
    this.#pointed = null;
    this.#checkpoint = index;
    this.#drawLabels();
  }

  reset(): void {
    this.stand(defaultCamera);
    this.#tellCamera();
  }

  dispose(): void {
    cancelAnimationFrame(this.#pending);
    clearTimeout(this.#settling);
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
    this.stand(next);
    this.#tellCamera();
  }

  /** Turns and zooms as `camera` says. */
  stand({ azimuth, polar, zoom }: CameraState): void {
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
    this.#events.camera(camera);
  }

  /** A frame of a movement: coarser where the machine is slow, and sharp again once the movement is over. */
  #requestRender(): void {
    if (this.#pending !== 0) return;
    this.#pending = requestAnimationFrame(now => {
      this.#pending = 0;
      if (this.#isDragged) this.#pace.frame(now);
      this.#resize(this.#size, this.#pace.isSlow ? window.devicePixelRatio || 1 : sharpRatio());
      this.#render();
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.#settle(), STILL);
    });
  }

  #settle(): void {
    this.#pace.rest();
    if (this.#ratio === sharpRatio() || this.#shown === null) return;
    this.#resize(this.#size, sharpRatio());
    this.#render();
  }

  #resize(size: Size, ratio: number): void {
    // Setting even the same size would take new memory.
    if (ratio === this.#ratio && size.width === this.#size.width && size.height === this.#size.height) return;
    this.#ratio = ratio;
    this.#size = size;
    this.#renderer.setPixelRatio(ratio);
    this.#renderer.setSize(size.width, size.height);
    this.#gridMaterial.opacity = Math.min(1, GRID_OPACITY * ratio);
  }

  #render(): void {
    if (this.#shown === null) return;
    this.#renderer.render(this.#scene, this.#camera);
    this.#drawLabels();
  }

  #drawLabels(): void {
    if (this.#shown === null) return;
    const size = { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
    const { theme } = this.#shown;
    const surface = prepare(this.#labels, size.width, size.height);
    const scene = this.#boxScene(this.#shown, size, measureOn(surface, theme));
    const marker = this.#pointed === null ? [] : cellMarker(scene, this.#pointed);
    const ring = this.#checkpoint === null ? [] : checkpointMarker(scene, this.#checkpoint);
    paint(surface, [...boxLabels(scene), ...marker, ...ring], theme);
  }

  #boxScene(shown: Pick<BoxScene, 'view' | 'theme' | 'box'>, size: Size, measure: BoxScene['measure']): BoxScene {
    const isHidden = isHiddenBy(shown.view, shown.box);
    const eye = this.#camera.position.toArray();
    const { width } = size;
    return { ...shown, toScreen: this.#toScreen(size), isHidden: point => isHidden(eye, point), measure, width };
  }

  #toScreen(size: Size): BoxScene['toScreen'] {
    return ([x, y, z]) => {
      const at = new Vector3(x, y, z).project(this.#camera);
      return [((at.x + 1) / 2) * size.width, ((1 - at.y) / 2) * size.height];
    };
  }

  #onMove(event: PointerEvent): void {
    if (this.#shown === null || this.#isDragged) return;
    const { view, box } = this.#shown;
    const size = { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
    const marks = markPlaces(view, box).map(this.#toScreen(size));
    const checkpoint = nearestMark(marks, event.offsetX, event.offsetY);
    if (checkpoint !== null) {
      if (checkpoint !== this.#checkpoint) this.#events.checkpoint(checkpoint);
      return;
    }
    const x = (2 * event.offsetX) / size.width - 1;
    const y = 1 - (2 * event.offsetY) / size.height;
    const eye = this.#camera.position;
    const direction = new Vector3(x, y, 0.5).unproject(this.#camera).sub(eye).normalize();
    this.#point(pickCell(view, box, eye.toArray(), direction.toArray()));
  }

  #point(cell: CellIndex | null): void {
    const isSame = cell?.row === this.#pointed?.row && cell?.column === this.#pointed?.column;
    if (isSame && this.#checkpoint === null) return;
    this.mark(cell);
    this.#events.point(cell);
  }

  #clear(): void {
    this.#shown = null;
    for (const child of [...this.#scene.children]) {
      this.#scene.remove(child);
      if (!(child instanceof Mesh || child instanceof LineSegments)) continue;
      child.geometry.dispose();
      const material = child.material as Material & { map?: DataTexture | null };
      material.map?.dispose();
      if (material !== this.#gridMaterial) material.dispose();
    }
  }
}
