// The state of a small drawing: its lines and its pen.
import { KeyboardPen } from "../../images/pad/keyboard-pen.svelte.ts";
import { extended, type Point, type Stroke, within } from "../../images/pad/strokes.ts";

export class Sketch extends KeyboardPen {
  strokes: readonly Stroke[] = $state.raw([]);

  get isEmpty(): boolean {
    return this.strokes.length === 0;
  }

  begin(point: Point): void {
    this.strokes = [...this.strokes, [within(point)]];
    this.isDrawing = true;
  }

  extend(point: Point): void {
    const last = this.strokes.at(-1);
    if (!this.isDrawing || last === undefined) return;
    const longer = extended(last, within(point));
    if (longer !== last) this.strokes = [...this.strokes.slice(0, -1), longer];
  }

  undo(): void {
    this.end();
    this.strokes = this.strokes.slice(0, -1);
  }

  clear(): void {
    this.end();
    this.strokes = [];
  }
}
