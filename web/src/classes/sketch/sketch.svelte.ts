// The state of a small drawing: its lines, and a pen that the keyboard moves.
import { extended, type Point, type Stroke, side, within } from "../../images/pad/strokes.ts";

export class Sketch {
  strokes: readonly Stroke[] = $state.raw([]);
  pen: Point = $state.raw([side / 2, side / 2]);
  penDown = $state(false);
  isDrawing = $state(false);

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

  end(): void {
    this.isDrawing = false;
    this.penDown = false;
  }

  undo(): void {
    this.end();
    this.strokes = this.strokes.slice(0, -1);
  }

  clear(): void {
    this.end();
    this.strokes = [];
  }

  /** Moves the keyboard's pen. */
  move(dx: number, dy: number): void {
    this.pen = within([this.pen[0] + dx, this.pen[1] + dy]);
    if (this.penDown) this.extend(this.pen);
  }

  toggle(): void {
    if (this.penDown) this.end();
    else {
      this.begin(this.pen);
      this.penDown = true;
    }
  }
}
