// Where one looks from: a point of the city in the middle, and how many pixels a step of latitude is.
import { STEP } from "./topology";

export interface Camera {
  /** In steps of 0.0001 degrees. */
  x: number;
  y: number;
  /** Pixels a step northwards. */
  scale: number;
  /** A step eastwards is so much shorter than one northwards, where the city lies. */
  narrow: number;
}

export interface Size {
  width: number;
  height: number;
}

export type Box = readonly [west: number, south: number, east: number, north: number];

const CLOSEST = 8;
const FARTHEST = 0.002;

export const narrowAt = (latitude: number): number => Math.max(Math.cos((latitude * STEP * Math.PI) / 180), 0.05);

export const bounded = (scale: number): number => Math.min(Math.max(scale, FARTHEST), CLOSEST);

/** So that a box is seen whole. */
export function fitted([west, south, east, north]: Box, { width, height }: Size, narrow = narrowAt((south + north) / 2)): Camera {
  const wide = Math.max((east - west) * narrow, 1);
  const high = Math.max(north - south, 1);
  const scale = bounded(0.94 * Math.min(width / wide, height / high));
  return { x: (west + east) / 2, y: (south + north) / 2, scale, narrow };
}

/** What is seen, in steps. */
export function seen(camera: Camera, { width, height }: Size, margin = 0): Box {
  const wide = (width / 2 + margin) / (camera.scale * camera.narrow);
  const high = (height / 2 + margin) / camera.scale;
  return [camera.x - wide, camera.y - high, camera.x + wide, camera.y + high];
}

/** The point of the city below a pixel. */
export function below(camera: Camera, { width, height }: Size, left: number, top: number): { x: number; y: number } {
  return { x: camera.x + (left - width / 2) / (camera.scale * camera.narrow), y: camera.y - (top - height / 2) / camera.scale };
}

/** Moved by so many pixels of the picture. */
export function moved(camera: Camera, right: number, down: number): Camera {
  return { ...camera, x: camera.x - right / (camera.scale * camera.narrow), y: camera.y + down / camera.scale };
}

/** So many times closer, with the point below a pixel where it is. */
export function zoomed(camera: Camera, size: Size, times: number, left = size.width / 2, top = size.height / 2): Camera {
  const scale = bounded(camera.scale * times);
  const held = below(camera, size, left, top);
  const after = below({ ...camera, scale }, size, left, top);
  return { ...camera, scale, x: camera.x + held.x - after.x, y: camera.y + held.y - after.y };
}

/** As a link has it: longitude, latitude, and pixels a degree. */
export const written = (camera: Camera): string => `${(camera.x * STEP).toFixed(4)},${(camera.y * STEP).toFixed(4)},${(camera.scale / STEP).toFixed(0)}`;

export function read(text: string | undefined): Camera | null {
  const [longitude, latitude, scale] = (text ?? "").split(",").map(Number);
  if (!Number.isFinite(longitude) || !Number.isFinite(latitude) || !scale || !Number.isFinite(scale)) return null;
  const y = (latitude as number) / STEP;
  return { x: (longitude as number) / STEP, y, scale: bounded(scale * STEP), narrow: narrowAt(y) };
}
