/** Where the camera of the surface stands. */

/** Angles in radians, distance relative to the one at which the box fits. */
export interface CameraState {
  readonly azimuth: number;
  readonly polar: number;
  readonly zoom: number;
}

export const defaultCamera: CameraState = { azimuth: -0.6, polar: 1.02, zoom: 1 };
