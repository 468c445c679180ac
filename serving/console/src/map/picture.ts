// What is drawn is kept as a picture that is larger than the window: to move it costs a copy, and it is drawn again when one stands still.
import type { Camera, Size } from "./camera";
import { Mosaic } from "./mosaic";
import { painted, type Ink, type Scene } from "./paint";

/** Share of the window that is drawn beyond it, on each side. */
const MARGIN = 0.3;
/** Milliseconds that are drawn in one go. */
const A_SLICE = 12;
const AFTER_A_ZOOM = 90;

interface Drawn {
  scene: Scene;
  canvas: HTMLCanvasElement;
  camera: Camera;
  size: Size;
}

export class Picture {
  private drawn: Drawn | null = null;
  private spare: HTMLCanvasElement = document.createElement("canvas");
  private readonly mosaic = new Mosaic();
  private running = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private size: Size = { width: 1, height: 1 };
  private dots = 1;
  private scene: Scene | null = null;
  private camera: Camera | null = null;
  private finished = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly ink: Ink,
    /** Told of each scene that was drawn to its end, and how many were. */
    private readonly ended: (scene: Scene, count: number) => void,
  ) {}

  resize(size: Size, dots: number): void {
    this.size = size;
    this.dots = dots;
    this.canvas.width = Math.round(size.width * dots);
    this.canvas.height = Math.round(size.height * dots);
    // Another size wipes it: black, until what is there is put back.
    this.put();
    this.again();
  }

  /** Another scene: numbers, places, light. */
  show(scene: Scene): void {
    this.scene = scene;
    if (this.isOther()) this.put();
    this.again();
  }

  /** Looked at from elsewhere. */
  look(camera: Camera): void {
    const before = this.camera;
    this.camera = camera;
    this.copy();
    if (!this.drawn) return this.again();
    // While one zooms the picture that is there is stretched; a sharp one comes when one stops.
    if (before && before.scale !== camera.scale) this.again(AFTER_A_ZOOM);
    else if (!this.covers(camera)) this.again();
    else if (this.drawn.camera.scale !== camera.scale) this.again(AFTER_A_ZOOM);
  }

  stop(): void {
    this.running++;
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
  }

  /** Whether what is drawn has other numbers than those that are shown: their colours stand under no label but their own. */
  private isOther(): boolean {
    const own = this.drawn?.scene.classes ?? null;
    return own !== null && own !== this.scene?.classes;
  }

  private covers(camera: Camera): boolean {
    if (!this.drawn) return false;
    const { camera: from, size } = this.drawn;
    const right = Math.abs(camera.x - from.x) * camera.scale * camera.narrow;
    const down = Math.abs(camera.y - from.y) * camera.scale;
    // Half of what lies beyond is kept to go on with.
    return right < (size.width - this.size.width) / 3 && down < (size.height - this.size.height) / 3;
  }

  private again(after = 0): void {
    clearTimeout(this.timer);
    if (!this.scene || !this.camera || this.size.width < 2) return;
    this.timer = setTimeout(() => this.draw(), after);
  }

  private draw(): void {
    const { scene, camera, dots } = this;
    if (!scene || !camera) return;
    const own = ++this.running;
    const size = { width: Math.round(this.size.width * (1 + 2 * MARGIN)), height: Math.round(this.size.height * (1 + 2 * MARGIN)) };
    const canvas = this.spare;
    canvas.width = size.width * dots;
    canvas.height = size.height * dots;
    const pen = canvas.getContext("2d", { alpha: false });
    if (!pen) return;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    const slices = painted(pen, scene, camera, size, this.ink, this.mosaic, dots);
    const go = () => {
      if (own !== this.running) return;
      const end = performance.now() + A_SLICE;
      while (performance.now() < end) {
        if (!slices.next().done) continue;
        this.spare = this.drawn?.canvas ?? document.createElement("canvas");
        this.drawn = { scene, canvas, camera, size };
        this.copy();
        this.ended(scene, ++this.finished);
        // Whoever went on meanwhile may have left it behind.
        if (this.camera && (this.camera.scale !== camera.scale || !this.covers(this.camera))) this.again(AFTER_A_ZOOM);
        return;
      }
      setTimeout(go, 0);
    };
    go();
  }

  /** Put what is drawn where it belongs as one looks now: at most once a frame. */
  private copy(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.put();
    });
  }

  private put(): void {
    const pen = this.canvas.getContext("2d", { alpha: false });
    if (!pen) return;
    const { camera, size, dots } = this;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.fillStyle = this.ink("map-ground");
    pen.fillRect(0, 0, size.width, size.height);
    if (!this.drawn || !camera || this.isOther()) return;
    const { canvas, camera: from, size: whole } = this.drawn;
    const times = camera.scale / from.scale;
    const left = size.width / 2 + (from.x - camera.x) * camera.scale * camera.narrow - (whole.width / 2) * times;
    const top = size.height / 2 - (from.y - camera.y) * camera.scale - (whole.height / 2) * times;
    if (times === 1) {
      // A copy of whole dots is quick and stays sharp.
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.drawImage(canvas, Math.round(left * dots), Math.round(top * dots));
    } else pen.drawImage(canvas, left, top, whole.width * times, whole.height * times);
  }
}
