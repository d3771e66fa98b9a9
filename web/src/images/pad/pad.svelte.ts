// The state of the drawing pad: strokes, an optional picture under them, and a pen that the keyboard moves. At first it shows an example,
// which disappears when the visitor begins to draw.
import { KeyboardPen } from "./keyboard-pen.svelte.ts";
import type { Ground } from "./raster.ts";
import { extended, type Point, type Stroke, three, within } from "./strokes.ts";

/** The content of the pad. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly ground: Ground | null;
}

const empty: Drawing = { strokes: [], ground: null };

export class Pad extends KeyboardPen {
  #drawing: Drawing = $state.raw({ strokes: three, ground: null });
  /** Whether the pad still shows the example. */
  #example = true;
  #before: Drawing[] = $state.raw([]);

  get drawing(): Drawing {
    return this.#drawing;
  }
  get strokes(): readonly Stroke[] {
    return this.#drawing.strokes;
  }
  get ground(): Ground | null {
    return this.#drawing.ground;
  }
  get isExample(): boolean {
    return this.#example;
  }
  get isEmpty(): boolean {
    return this.#drawing.strokes.length === 0 && this.#drawing.ground === null;
  }
  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  begin(point: Point): void {
    this.#change({ ...(this.#example ? empty : this.#drawing) });
    this.#drawing = { ...this.#drawing, strokes: [...this.#drawing.strokes, [within(point)]] };
    this.isDrawing = true;
  }

  extend(point: Point): void {
    if (!this.isDrawing) return;
    const strokes = this.#drawing.strokes;
    const last = strokes[strokes.length - 1];
    const longer = extended(last, within(point));
    if (longer !== last) this.#drawing = { ...this.#drawing, strokes: [...strokes.slice(0, -1), longer] };
  }

  undo(): void {
    const before = this.#before[this.#before.length - 1];
    if (before === undefined) return;
    this.end();
    this.#drawing = before;
    this.#before = this.#before.slice(0, -1);
  }

  clear(): void {
    if (!this.isEmpty) this.#change(empty);
    this.end();
  }

  /** Shows what the browser has kept, unless the visitor has begun to draw. */
  recall(drawing: Drawing): void {
    if (!this.#example) return;
    this.#drawing = drawing;
    this.#example = false;
  }

  /** Shows the drawing of a link. */
  draw(strokes: readonly Stroke[]): void {
    this.#change({ strokes, ground: null });
    this.end();
  }

  put(ground: Ground): void {
    this.#change({ strokes: [], ground });
    this.end();
  }

  #change(drawing: Drawing): void {
    this.#before = [...this.#before, this.#drawing].slice(-50);
    this.#drawing = drawing;
    this.#example = false;
  }
}
