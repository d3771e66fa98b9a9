// The pen that the keyboard moves over a drawing, and whether a line is being drawn.
import { type Point, side, within } from "./strokes.ts";

export abstract class KeyboardPen {
  pen: Point = $state.raw([side / 2, side / 2]);
  penDown = $state(false);
  /** Whether a line is being drawn. */
  isDrawing = $state(false);

  abstract begin(point: Point): void;
  abstract extend(point: Point): void;

  end(): void {
    this.isDrawing = false;
    this.penDown = false;
  }

  move(dx: number, dy: number): void {
    this.pen = within([this.pen[0] + dx, this.pen[1] + dy]);
    if (this.penDown) this.extend(this.pen);
  }

  /** Puts the pen down, or lifts it. */
  toggle(): void {
    if (this.penDown) this.end();
    else {
      this.begin(this.pen);
      this.penDown = true;
    }
  }
}
