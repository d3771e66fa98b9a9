// The pen of a drawing pad: a mouse, a finger, a stylus, or the keyboard. It is attached to the element that shows the drawing.
import { keyStep, type Point, side } from "./strokes.ts";

/** What a pen draws on. */
export interface Paper {
  /** Whether the keyboard's pen is down. */
  readonly penDown: boolean;
  begin(point: Point): void;
  extend(point: Point): void;
  end(): void;
  undo(): void;
  clear(): void;
  /** Moves the keyboard's pen. */
  move(dx: number, dy: number): void;
  /** Puts the keyboard's pen down, or lifts it. */
  toggle(): void;
}

const arrows: ReadonlyMap<string, Point> = new Map([
  ["ArrowLeft", [-keyStep, 0]],
  ["ArrowRight", [keyStep, 0]],
  ["ArrowUp", [0, -keyStep]],
  ["ArrowDown", [0, keyStep]],
]);

/** Draws on the paper with the pointer and the keys of an element; returns the function that ends this. */
export const pen =
  (paper: Paper) =>
  (field: HTMLElement): (() => void) => {
    const listeners = new AbortController();
    const { signal } = listeners;
    field.addEventListener("pointerdown", (event) => press(event, field, paper), { signal });
    field.addEventListener("pointermove", (event) => draw(event, field, paper), { signal });
    field.addEventListener("pointerup", () => paper.end(), { signal });
    field.addEventListener("pointercancel", () => paper.end(), { signal });
    field.addEventListener("blur", () => paper.penDown && paper.end(), { signal });
    field.addEventListener("keydown", (event) => key(event, paper), { signal });
    return () => listeners.abort();
  };

/** The place of a pointer, from 0 to `side` in both directions. */
function pointOf({ clientX, clientY }: PointerEvent, field: HTMLElement): Point {
  const { left, top, width, height } = field.getBoundingClientRect();
  return [((clientX - left) * side) / width, ((clientY - top) * side) / height];
}

function press(event: PointerEvent, field: HTMLElement, paper: Paper): void {
  if (!event.isPrimary || event.button !== 0) return;
  field.setPointerCapture(event.pointerId);
  paper.end();
  paper.begin(pointOf(event, field));
}

function draw(event: PointerEvent, field: HTMLElement, paper: Paper): void {
  if (!event.isPrimary || paper.penDown) return;
  const moves = event.getCoalescedEvents?.() ?? [];
  for (const one of moves.length > 0 ? moves : [event]) paper.extend(pointOf(one, field));
}

function key(event: KeyboardEvent, paper: Paper): void {
  if (event.altKey) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const arrow = arrows.get(event.key);
  if (isCommand) {
    if (event.key !== "z") return;
    paper.undo();
  } else if (arrow !== undefined) paper.move(...arrow);
  else if (event.key === " " || event.key === "Enter") paper.toggle();
  else if (event.key === "Backspace") paper.undo();
  else if (event.key === "Delete") paper.clear();
  else return;
  event.preventDefault();
}
