// Finds frames: parts of a drawing that run along the picture's edge or around all other parts, such as the border of a scan, or a box that was
// drawn around the digit.
import { extent, type Part, type Size } from "./parts.ts";

/** The maximum distance of a frame from the picture's edge, as a share of the shorter side. */
const edgeMargin = 0.14;
/** The minimum length of a frame along the picture's edge, as a share of the side. */
const minLength = 0.5;
/** Such a frame is longer than all other parts, by this factor. */
const minLengthRatio = 1.25;
/** The maximum distance of a frame around the other parts from the edge of its own box, as a share of the box's shorter side. */
const boxMargin = 0.1;
/** The minimum size of such a box, as a share of the picture. */
const minBoxSize = 0.3;
/** The share of a frame's pixels that must be within the distance. */
const minShare = 0.9;
/** Smaller parts do not count as the drawing in a frame, as a share of the longer side. */
const minRest = 0.06;

/** Divides the parts into frames and others. A part that is alone is the digit, not a frame. */
export function framesOf(parts: readonly Part[], size: Size): { frames: Part[]; others: Part[] } {
  const minExtent = minRest * Math.max(size.width, size.height);
  const frames: Part[] = [];
  let others = [...parts];
  // The outermost frame is found first; without it, the next frame is the outermost one.
  for (let hasFound = true; hasFound; ) {
    hasFound = false;
    for (const part of others) {
      const rest = others.filter((other) => other !== part && extent(other) >= minExtent);
      if (rest.length === 0 || !(isAround(part, rest, size) || runsAlongEdge(part, rest, size))) continue;
      frames.push(part);
      others = others.filter((other) => other !== part);
      hasFound = true;
      break;
    }
  }
  if (frames.length > 0) {
    // The pieces of a broken frame are frames too.
    const isPiece = (part: Part) =>
      part !== others[0] && alongEdge(part, size) >= minShare && touchesLine(part, frames);
    frames.push(...others.filter(isPiece));
    others = others.filter((part) => !isPiece(part));
  }
  return { frames, others };
}

/** Whether the part would be a frame if there were another part in it. */
export function isLikeFrame(part: Part, size: Size): boolean {
  return (
    isBox(part, size) ||
    (extent(part) >= minLength * Math.max(size.width, size.height) && alongEdge(part, size) >= minShare)
  );
}

/** Whether the part is a box, and another part is inside it. */
function isAround(part: Part, rest: readonly Part[], size: Size): boolean {
  const isInside = (other: Part) =>
    other.left > part.left && other.right < part.right && other.top > part.top && other.bottom < part.bottom;
  return rest.some(isInside) && isBox(part, size);
}

/** Whether the part consists of two sides of a box or more. */
function isBox(part: Part, { width, height }: Size): boolean {
  const partWidth = part.right - part.left + 1;
  const partHeight = part.bottom - part.top + 1;
  if (partWidth < minBoxSize * width || partHeight < minBoxSize * height) return false;
  const maxDistance = boxMargin * Math.min(partWidth, partHeight);
  return (
    shareOf(
      part,
      width,
      (x, y) => Math.min(x - part.left, part.right - x, y - part.top, part.bottom - y) <= maxDistance,
    ) >= minShare
  );
}

/** Whether the part is long and lies along the picture's edge, and is longer than the other parts, or one of them lies there too. */
function runsAlongEdge(part: Part, rest: readonly Part[], size: Size): boolean {
  const partWidth = part.right - part.left + 1;
  const partHeight = part.bottom - part.top + 1;
  if (partWidth < minLength * size.width && partHeight < minLength * size.height) return false;
  if (alongEdge(part, size) < minShare) return false;
  // The bar of a 5 that fills the picture is no longer than the rest of the 5.
  const longest = Math.max(
    ...rest.map((other) => (partWidth >= partHeight ? other.right - other.left : other.bottom - other.top)),
  );
  return (
    Math.max(partWidth, partHeight) > minLengthRatio * longest ||
    rest.some((other) => alongEdge(other, size) >= minShare)
  );
}

/** The share of the pixels that lie along the picture's edge. */
function alongEdge(part: Part, { width, height }: Size): number {
  const maxDistance = edgeMargin * Math.min(width, height);
  return shareOf(part, width, (x, y) => Math.min(x, width - 1 - x, y, height - 1 - y) <= maxDistance);
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

/** The share of the pixels for which `holds` is true. */
function shareOf({ pixels }: Part, width: number, holds: (x: number, y: number) => boolean): number {
  let count = 0;
  for (const pixel of pixels) if (holds(pixel % width, Math.floor(pixel / width))) count++;
  return count / pixels.length;
}
