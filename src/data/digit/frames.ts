// Frames: parts of a drawing that run along the picture's edge or around all the rest, as the border of a scan, or a box that was drawn for the
// digit.
import { extent, type Part, type Size } from "./parts.ts";

/** A frame along the picture's edge lies within this part of the shorter side, and is at least this long. */
const margin = 0.14;
const minLength = 0.5;
/** A frame around the rest lies within this part of its own box's edge. */
const boxMargin = 0.1;
/** The part of a frame's pixels that must lie so. */
const most = 0.9;

/** Divides the parts into frames and others. What is alone is no frame: it is the digit. */
export function framesOf(parts: readonly Part[], size: Size): { frames: Part[]; others: Part[] } {
  const minSide = 0.06 * Math.max(size.width, size.height);
  const frames: Part[] = [];
  let others = [...parts];
  // The outermost frame first; a frame that is taken away makes the next one the outermost.
  for (let found = true; found; ) {
    found = false;
    for (const part of others) {
      const rest = others.filter((other) => other !== part && extent(other) >= minSide);
      if (rest.length === 0 || !(isAround(part, rest, size) || runsAlongEdge(part, rest, size))) continue;
      frames.push(part);
      others = others.filter((other) => other !== part);
      found = true;
      break;
    }
  }
  if (frames.length > 0) {
    // Pieces of a frame that is broken.
    const isPiece = (part: Part) => part !== others[0] && alongEdge(part, size) >= most && touchesLine(part, frames);
    frames.push(...others.filter(isPiece));
    others = others.filter((part) => !isPiece(part));
  }
  return { frames, others };
}

/** Whether the part could be a frame, if there were something in it. */
export function isLikeFrame(part: Part, size: Size): boolean {
  return (
    isBox(part, size) ||
    (extent(part) >= minLength * Math.max(size.width, size.height) && alongEdge(part, size) >= most)
  );
}

/** Whether the part is a box, and the rest of the drawing is inside. */
function isAround(part: Part, rest: readonly Part[], size: Size): boolean {
  const isInside = (other: Part) =>
    other.left > part.left && other.right < part.right && other.top > part.top && other.bottom < part.bottom;
  return rest.some(isInside) && isBox(part, size);
}

/** Whether the part consists of two sides of a box or more. */
function isBox(part: Part, { width, height }: Size): boolean {
  const across = part.right - part.left + 1;
  const down = part.bottom - part.top + 1;
  if (across < 0.3 * width || down < 0.3 * height) return false;
  const near = boxMargin * Math.min(across, down);
  return (
    share(part, width, (x, y) => Math.min(x - part.left, part.right - x, y - part.top, part.bottom - y) <= near) >= most
  );
}

function runsAlongEdge(part: Part, rest: readonly Part[], size: Size): boolean {
  const across = part.right - part.left + 1;
  const down = part.bottom - part.top + 1;
  if (across < minLength * size.width && down < minLength * size.height) return false;
  if (alongEdge(part, size) < most) return false;
  // The bar of a 5 that fills the picture is no longer than the rest of the 5.
  const longer = Math.max(
    ...rest.map((other) => (across >= down ? other.right - other.left : other.bottom - other.top)),
  );
  return Math.max(across, down) > 1.25 * longer || rest.some((other) => alongEdge(other, size) >= most);
}

/** The part of the pixels that lie along the picture's edge. */
function alongEdge(part: Part, { width, height }: Size): number {
  const near = margin * Math.min(width, height);
  return share(part, width, (x, y) => Math.min(x, width - 1 - x, y, height - 1 - y) <= near);
}

/** Whether a part lies in the line of a side of a frame's box. */
function touchesLine(part: Part, frames: readonly Part[]): boolean {
  const slack = 3 + Math.max(part.right - part.left, part.bottom - part.top) / 16;
  const within = (from: number, to: number, line: number) => from >= line - slack && to <= line + slack;
  return frames.some(
    (frame) =>
      within(part.left, part.right, frame.left) ||
      within(part.left, part.right, frame.right) ||
      within(part.top, part.bottom, frame.top) ||
      within(part.top, part.bottom, frame.bottom),
  );
}

function share({ pixels }: Part, width: number, holds: (x: number, y: number) => boolean): number {
  let count = 0;
  for (const pixel of pixels) if (holds(pixel % width, Math.floor(pixel / width))) count++;
  return count / pixels.length;
}
