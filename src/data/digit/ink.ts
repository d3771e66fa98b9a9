// The ink of the digit in a picture of paper: what differs from the paper around it, without frames, rules and specks.
import type { Plane } from "../resize.ts";
import { framesOf, isLikeFrame } from "./frames.ts";
import { inkOn, isInkDark, quantile } from "./paper.ts";
import { extent, type Part, partsOf, type Size } from "./parts.ts";
import { withoutRules } from "./rules.ts";

/** Levels (0 … 255) that differ from the paper by less than this are no ink. */
const minContrast = 24;
/** Ink is where at least this part of the strongest ink is. */
const threshold = 0.5;
/** The radius within which paper is looked for, as a part of the longer side, and of the strokes' width: more than half of the widest stroke. */
const reach = 0.13;
const strokeReach = 0.8;
/** The least extent of a digit, as a part of the picture's longer side. */
const minExtent = 0.03;
/** The same for what is fainter than a frame around it. */
const minInside = 0.15;
/** A stroke's edge is no softer than this part of the longer side. */
const edgeWidth = 0.02;
/** Parts with fewer pixels than this part of the largest, and shorter than this part of it, are specks. */
const [speckArea, speckLength] = [0.02, 0.12];

/** The bounding box of the digit's ink, in levels from 0 (paper) to 1 (ink); null if there is none. */
export function findInk(plane: Plane): Plane | null {
  const { width, height } = plane;
  const levels = { width, height, data: bytesOf(plane.data) };
  const dark = isInkDark(levels);
  const widest = Math.max(1, Math.round(reach * Math.max(width, height)));
  const paper = inkOn(levels, { dark, radius: widest });
  const found = find(paper.ink, levels);
  if (found === null) return null;
  // Shadows that are wider than the strokes are paper: with the strokes' width known, uneven paper is judged again.
  const radius = Math.ceil(strokeReach * widthOf(found.parts, levels));
  const again = !paper.isEven && radius < 0.7 * widest;
  const better = again ? find(inkOn(levels, { dark, radius }).ink, levels) : null;
  const { ink, parts } = better ?? found;
  return cut(ink, parts, levels);
}

function bytesOf(levels: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(levels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = levels[i] + 0.5;
  return bytes;
}

/** 1 where a level is at least `least`. */
function atLeast(levels: Float32Array, least: number): Uint8Array {
  const mask = new Uint8Array(levels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = levels[i] >= least ? 1 : 0;
  return mask;
}

/** In place of the level of ink that is known not to be the digit's. */
const cleared = -1;

interface Found {
  readonly ink: Float32Array;
  readonly parts: readonly Part[];
}

/** The parts that are the digit; null if there are none. Changes `ink`. */
function find(ink: Float32Array, { width, height }: Size): Found | null {
  const longer = Math.max(width, height);
  let alone: Found | null = null;
  // Frames may be darker than the digit: without them, the strongest ink is looked for again.
  for (let round = 0; round < 4; round++) {
    const strongest = strongestOf(ink, width);
    if (strongest < minContrast) break;
    const mask = { width, height, data: atLeast(ink, threshold * strongest) };
    const parts = partsOf(withoutRules(mask));
    const sharp = parts.filter((part) => hasEdge(part, ink, mask));
    const { others } = framesOf(sharp, mask);
    const main = others.find((part) => extent(part) >= (alone === null ? minExtent : minInside) * longer);
    if (main !== undefined) {
      const found = { ink: ink.slice(), parts: others.filter((part) => !isSpeck(part, main)) };
      if (alone !== null || !found.parts.every((part) => isLikeFrame(part, mask))) return found;
      alone = found;
    }
    for (const part of parts) clear(ink, part, mask);
  }
  return alone;
}

/** Whether the ink of a part ends within a short way, as a stroke's does and a shadow's does not: at a twentieth of its pixels or more. */
function hasEdge({ pixels }: Part, ink: Float32Array, { width, height }: Size): boolean {
  const way = Math.max(2, Math.round(edgeWidth * Math.max(width, height)));
  let edges = 0;
  for (const pixel of pixels) {
    const half = ink[pixel] / 2;
    const isPaper = (other: number) => ink[other] < half && ink[other] !== cleared;
    const x = pixel % width;
    if (
      (x >= way && isPaper(pixel - way)) ||
      (x < width - way && isPaper(pixel + way)) ||
      (pixel >= way * width && isPaper(pixel - way * width)) ||
      (pixel < (height - way) * width && isPaper(pixel + way * width))
    )
      edges++;
  }
  return 20 * edges >= pixels.length;
}

/** The mean width of the strokes: twice their pixels over the length of their outline. */
function widthOf(parts: readonly Part[], { width, height }: Size): number {
  const mask = new Uint8Array(width * height);
  for (const { pixels } of parts) for (const pixel of pixels) mask[pixel] = 1;
  let [ink, outline] = [0, 0];
  for (const { pixels } of parts)
    for (const pixel of pixels) {
      const x = pixel % width;
      ink++;
      if (x === 0 || mask[pixel - 1] === 0) outline++;
      if (x === width - 1 || mask[pixel + 1] === 0) outline++;
      if (pixel < width || mask[pixel - width] === 0) outline++;
      if (pixel >= width * (height - 1) || mask[pixel + width] === 0) outline++;
    }
  return (2 * ink) / outline;
}

const isSpeck = (part: Part, main: Part) =>
  part.pixels.length < speckArea * main.pixels.length && extent(part) < speckLength * extent(main);

function strongestOf(ink: Float32Array, width: number): number {
  let strongest = 0;
  for (let i = width; i < ink.length - width; i++) {
    const level = Math.min(ink[i], Math.max(ink[i - 1], ink[i + 1], ink[i - width], ink[i + width]));
    if (level > strongest) strongest = level;
  }
  return strongest;
}

function clear(ink: Float32Array, part: Part, { width, height }: Size): void {
  for (const pixel of part.pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let v = Math.max(y - 2, 0); v <= Math.min(y + 2, height - 1); v++)
      for (let u = Math.max(x - 2, 0); u <= Math.min(x + 2, width - 1); u++) ink[v * width + u] = cleared;
  }
}

/** The box of the parts with their soft edges, in levels of the parts' own strongest ink. */
function cut(ink: Float32Array, parts: readonly Part[], { width, height }: Size): Plane {
  const soft = Math.max(1, Math.round(0.008 * Math.max(width, height)));
  const full = quantile(
    parts.map(({ pixels }) => pixels.map((pixel) => ink[pixel])),
    0.9,
  );
  const left = Math.max(0, Math.min(...parts.map((part) => part.left)) - soft);
  const right = Math.min(width - 1, Math.max(...parts.map((part) => part.right)) + soft);
  const top = Math.max(0, Math.min(...parts.map((part) => part.top)) - soft);
  const bottom = Math.min(height - 1, Math.max(...parts.map((part) => part.bottom)) + soft);
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const near = new Uint8Array(size.width * size.height);
  for (const { pixels } of parts)
    for (const pixel of pixels) {
      const x = (pixel % width) - left;
      const y = Math.floor(pixel / width) - top;
      for (let v = Math.max(y - soft, 0); v <= Math.min(y + soft, size.height - 1); v++)
        near.fill(1, v * size.width + Math.max(x - soft, 0), v * size.width + Math.min(x + soft, size.width - 1) + 1);
    }
  const data = new Float64Array(size.width * size.height);
  for (let i = 0; i < data.length; i++) {
    if (near[i] === 0) continue;
    const level = Math.min(1, ink[(top + Math.floor(i / size.width)) * width + left + (i % size.width)] / full);
    // Levels below 0.1 are artefacts of JPEG beside an edge.
    data[i] = level < 0.1 ? 0 : level;
  }
  return trimmed({ ...size, data });
}

/** Cuts off the rows and columns at the edge whose levels are all below 0.3. */
function trimmed({ width, height, data }: Plane): Plane {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] < 0.3) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const levels = new Float64Array(size.width * size.height);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) levels[y * size.width + x] = data[(top + y) * width + left + x];
  return { ...size, data: levels };
}
