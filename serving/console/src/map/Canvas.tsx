// The map itself: two canvases one upon the other, the lower of which has the places and the upper what is pointed at.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useStore } from "../api/store";
import { palette, shade } from "../app/preferences";
import { inkOf } from "../parts/ink";
import { below, type Camera, moved, type Size, zoomed } from "./camera";
import { type Part, type Scene, trace } from "./paint";
import { Picture } from "./picture";
import { placeAt } from "./topology";

export interface Pointed {
  part: Part;
  place: number;
  row: number;
}

interface Asked {
  label: string;
  help: string;
  scene: Scene;
  camera: Camera | null;
  /** Looked at from elsewhere; `still` where the hand has let go. */
  look: (camera: Camera, still: boolean) => void;
  sized: (size: Size) => void;
  point: (at: Pointed | null) => void;
  choose: (at: Pointed | null) => void;
  open: (at: Pointed) => void;
  chosen: Pointed | null;
  pointed: Pointed | null;
}

/** A click does not move by more. */
const STILL = 5;
const REACH = 7;
const A_STEP = 80;

export function Canvas(asked: Asked) {
  const { scene, camera } = asked;
  const box = useRef<HTMLDivElement>(null);
  const lower = useRef<HTMLCanvasElement>(null);
  const upper = useRef<HTMLCanvasElement>(null);
  const picture = useRef<Picture | null>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const light = `${useStore(shade)} ${useStore(palette)}`;
  const now = useRef({ ...asked, size });
  now.current = { ...asked, size };

  useEffect(() => {
    if (!lower.current) return;
    const inks = new Map<string, string>();
    const ink = (name: string) => {
      let found = inks.get(name);
      if (found === undefined) inks.set(name, (found = name === "map-font" ? `12px ${inkOf("font")}` : inkOf(name)));
      return found;
    };
    // What is drawn stands on the element, for whoever waits for it: a test, or a measurement.
    const own = new Picture(lower.current, ink, ({ parts, shows }, count) => Object.assign(box.current?.dataset ?? {}, { drawn: count, parts: parts.length, shows }));
    picture.current = own;
    const { size: before } = now.current;
    if (before.width) own.resize(before, dots());
    own.show(now.current.scene);
    if (now.current.camera) own.look(now.current.camera);
    return () => own.stop();
  }, [light]);

  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const measure = () => {
      const next = { width: place.clientWidth, height: place.clientHeight };
      setSize(next);
      picture.current?.resize(next, dots());
      now.current.sized(next);
    };
    measure();
    const watching = "ResizeObserver" in window ? new ResizeObserver(measure) : null;
    watching?.observe(place);
    return () => watching?.disconnect();
  }, []);

  // Before the labels of other numbers are seen.
  useLayoutEffect(() => picture.current?.show(scene), [scene]);
  useEffect(() => {
    if (camera) picture.current?.look(camera);
  }, [camera]);
  useEffect(() => {
    if (upper.current && camera) drawOver(upper.current, size, camera, asked.chosen, asked.pointed);
  }, [camera, size, asked.chosen, asked.pointed, light]);

  usePointers(box, now);

  const pressed = (event: KeyboardEvent) => {
    const { camera: from, size: own, chosen } = now.current;
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] as [number, number] | undefined;
    if (way) {
      if (event.shiftKey) asked.look(moved(from, -way[0] * A_STEP, -way[1] * A_STEP), true);
      else step(now.current, way);
    } else if (event.key === "+" || event.key === "=") asked.look(zoomed(from, own, 1.5), true);
    else if (event.key === "-") asked.look(zoomed(from, own, 1 / 1.5), true);
    else if (event.key === "Enter" && chosen) asked.open(chosen);
    else if (event.key === "Escape") asked.choose(null);
    else return;
    event.preventDefault();
  };
  return (
    <div class="canvas" ref={box} tabIndex={0} role="application" aria-label={asked.label} aria-describedby="map-help" onKeyDown={pressed}>
      <canvas ref={lower} aria-hidden="true" />
      <canvas ref={upper} aria-hidden="true" />
      <p class="unseen" id="map-help">{asked.help}</p>
    </div>
  );
}

/** Twice as many dots as pixels at most: without a graphics card each costs time. */
const dots = (): number => Math.min(window.devicePixelRatio || 1, 2);

function usePointers(box: { current: HTMLDivElement | null }, now: { current: Asked & { size: Size } }): void {
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const down = new Map<number, { left: number; top: number }>();
    let travelled = 0;
    const at = (event: MouseEvent) => {
      const { left, top } = place.getBoundingClientRect();
      return { left: event.clientX - left, top: event.clientY - top };
    };
    const found = (event: MouseEvent): Pointed | null => {
      const { camera, scene, size } = now.current;
      const { left, top } = at(event);
      return camera ? placeBelow(scene, camera, size, left, top) : null;
    };
    const pressed = (event: PointerEvent) => {
      place.setPointerCapture(event.pointerId);
      if (!down.size) travelled = 0;
      down.set(event.pointerId, at(event));
      place.classList.add("held");
    };
    const moving = (event: PointerEvent) => {
      const before = down.get(event.pointerId);
      const { camera, size, look, point } = now.current;
      if (!before || !camera) {
        if (event.pointerType === "mouse") point(found(event));
        return;
      }
      const after = at(event);
      down.set(event.pointerId, after);
      travelled += Math.abs(after.left - before.left) + Math.abs(after.top - before.top);
      const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, one]) => one);
      if (!other) {
        if (travelled > STILL) look((now.current.camera = moved(camera, after.left - before.left, after.top - before.top)), false);
        return;
      }
      // Two fingers: what lies between them stays between them.
      const far = (one: { left: number; top: number }) => Math.hypot(one.left - other.left, one.top - other.top);
      const times = far(before) > 1 ? far(after) / far(before) : 1;
      const drawn = moved(camera, (after.left - before.left) / 2, (after.top - before.top) / 2);
      look((now.current.camera = zoomed(drawn, size, times, (after.left + other.left) / 2, (after.top + other.top) / 2)), false);
    };
    const released = (event: PointerEvent) => {
      if (!down.delete(event.pointerId)) return;
      place.classList.toggle("held", down.size > 0);
      if (down.size) return;
      const { camera, look, choose } = now.current;
      if (travelled <= STILL && event.type === "pointerup") choose(found(event));
      else if (camera) look(camera, true);
    };
    const opened = (event: MouseEvent) => {
      const one = found(event);
      if (one) now.current.open(one);
    };
    let resting: ReturnType<typeof setTimeout> | undefined;
    const wheeled = (event: WheelEvent) => {
      const { camera, size, look } = now.current;
      if (!camera) return;
      event.preventDefault();
      const { left, top } = at(event);
      const by = event.deltaMode === 1 ? 30 * event.deltaY : event.deltaY;
      const next = zoomed(camera, size, 2 ** (-Math.max(-400, Math.min(by, 400)) / 240), left, top);
      look((now.current.camera = next), false);
      clearTimeout(resting);
      resting = setTimeout(() => now.current.camera && now.current.look(now.current.camera, true), 200);
    };
    const left = () => now.current.point(null);
    const listeners: [string, (event: never) => void, AddEventListenerOptions?][] = [
      ["pointerdown", pressed],
      ["pointermove", moving],
      ["pointerup", released],
      ["pointercancel", released],
      ["pointerleave", left],
      ["dblclick", opened],
      ["wheel", wheeled, { passive: false }],
    ];
    for (const [name, told, options] of listeners) place.addEventListener(name, told as EventListener, options);
    return () => {
      clearTimeout(resting);
      for (const [name, told] of listeners) place.removeEventListener(name, told as EventListener);
    };
  }, []);
}

function placeBelow(scene: Scene, camera: Camera, size: Size, left: number, top: number): Pointed | null {
  const { x, y } = below(camera, size, left, top);
  for (const part of scene.parts) {
    const place = placeAt(part.shapes, x, y, REACH / camera.scale);
    const row = place < 0 ? -1 : (part.rows[place] as number);
    if (row >= 0) return { part, place, row };
  }
  return null;
}

/** Go to the next place in a direction: the nearest of those that lie more that way than aside. */
function step({ scene, camera, chosen, size, choose, look }: Asked & { size: Size }, [right, down]: [number, number]): void {
  if (!camera) return;
  const middle = ({ part: { shapes }, place }: Pointed) => ({
    x: ((shapes.boxes[4 * place] as number) + (shapes.boxes[4 * place + 2] as number)) / 2,
    y: ((shapes.boxes[4 * place + 1] as number) + (shapes.boxes[4 * place + 3] as number)) / 2,
  });
  const from = chosen ? middle(chosen) : camera;
  let best: Pointed | null = null;
  let least = Infinity;
  for (const part of scene.parts) {
    for (const place of part.shapes.index?.neighbors(from.x, from.y, 60) ?? []) {
      const row = part.rows[place] as number;
      if (row < 0 || !part.shapes.there[place] || (chosen && row === chosen.row)) continue;
      const one = { part, place, row };
      const { x, y } = middle(one);
      const along = ((x - from.x) * right * camera.narrow + (from.y - y) * down) as number;
      const aside = Math.abs((x - from.x) * down * camera.narrow) + Math.abs((y - from.y) * right);
      if (chosen && (along <= 0 || aside > 1.5 * along)) continue;
      const far = chosen ? along + aside : (x - from.x) ** 2 + (y - from.y) ** 2;
      if (far < least) [best, least] = [one, far];
    }
  }
  if (!best) return;
  choose(best);
  const { x, y } = middle(best);
  const off = Math.abs(x - camera.x) * camera.scale * camera.narrow > 0.42 * size.width || Math.abs(y - camera.y) * camera.scale > 0.42 * size.height;
  if (off) look({ ...camera, x, y }, true);
}

function drawOver(canvas: HTMLCanvasElement, size: Size, camera: Camera, chosen: Pointed | null, pointed: Pointed | null): void {
  const own = dots();
  const [width, height] = [Math.round(size.width * own), Math.round(size.height * own)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(own, 0, 0, own, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  pen.lineJoin = "round";
  const lined = (one: Pointed, widths: [number, string][]) => {
    const { shapes } = one.part;
    pen.beginPath();
    if (shapes.places[one.place] === shapes.places[one.place + 1]) {
      const x = size.width / 2 + ((shapes.boxes[4 * one.place] as number) - camera.x) * camera.scale * camera.narrow;
      const y = size.height / 2 - ((shapes.boxes[4 * one.place + 1] as number) - camera.y) * camera.scale;
      pen.rect(x - 5, y - 5, 10, 10);
    } else trace(pen, shapes, one.place, camera, size);
    for (const [wide, color] of widths) {
      pen.lineWidth = wide;
      pen.strokeStyle = inkOf(color);
      pen.stroke();
    }
  };
  if (pointed && pointed.row !== chosen?.row) lined(pointed, [[3.5, "map-halo"], [1.8, "ink"]]);
  if (chosen) lined(chosen, [[6, "map-halo"], [3, "map-chosen"]]);
}
