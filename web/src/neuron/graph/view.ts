// How the graph is seen in its box: its scale, and how far the box has to be scrolled. A scale is pixels of the screen for a pixel of the layout.
import type { Direction, Layout, Size } from "../layout/sizes.ts";

/** Between these scales the cards can be read; a graph that would be smaller is scrolled. */
const readable = {
  right: { min: 0.66, max: 1.6 },
  down: { min: 0.7, max: 1.15 },
} as const satisfies Record<Direction, unknown>;
export const zoomRange = [0.2, 4] as const;

/** The largest scale at which all of the layout is in the box. */
export const wholeScale = (layout: Size, box: Size): number =>
  box.width === 0 ? 1 : Math.min(box.width / layout.width, box.height / layout.height);

/**
 * The scale that is chosen for the visitor: the whole graph if it can be read, else a part of it. `letters` is the page's letter size,
 * divided by the usual 16 pixels: a projector's graph grows with it.
 */
export function readableScale(layout: Layout, box: Size, letters = 1): number {
  const { min, max } = readable[layout.direction];
  // On a phone the graph may be taller than its box, which is scrolled like the page.
  const whole = layout.direction === "down" && box.width > 0 ? box.width / layout.width : wholeScale(layout, box);
  return Math.min(max * letters, Math.max(min, whole));
}

export const limited = (scale: number): number => Math.min(zoomRange[1], Math.max(zoomRange[0], scale));

/** Where to scroll so that the part from `start` to `end` is seen with some room; `at` if it is seen already. */
export function scrolled(at: number, length: number, [start, end]: readonly [number, number], room = 16): number {
  if (end - start + 2 * room > length) return Math.max(0, start - room);
  if (start - room < at) return Math.max(0, start - room);
  return Math.max(at, end + room - length);
}

/** Where to scroll so that the point at `pixel` of the box stays there when the scale changes by the factor `by`. */
export const zoomed = (at: number, pixel: number, by: number): number => (at + pixel) * by - pixel;
