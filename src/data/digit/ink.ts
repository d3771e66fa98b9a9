// Finds the ink of the digit in a picture of paper: the pixels that differ from the paper around them, without frames, rules and specks.
import type { Plane } from "../resize.ts";
import { framesOf, isLikeFrame } from "./frames.ts";
import { inkOn, isInkDark, quantile } from "./paper.ts";
import { extent, type Part, partsOf, type Size } from "./parts.ts";
import { withoutRules } from "./rules.ts";

/** The minimum difference of ink from its paper, in levels (0 … 255). */
const minContrast = 24;
/** A pixel is ink from this share of the strongest ink on. */
const minInkShare = 0.5;
/** The radius within which there is paper around each pixel, as a share of the picture's longer side: more than half of the widest stroke. */
const paperRadius = 0.13;
/** The same, as a multiple of the strokes' width. */
const radiusOfStroke = 0.8;
/** The minimum extent of a digit, as a share of the picture's longer side. */
const minExtent = 0.03;
/** The same for a digit that is fainter than a frame around it. */
const minExtentInFrame = 0.15;
/** The maximum width of a stroke's soft edge, as a share of the longer side. */
const edgeWidth = 0.02;
/** A part with fewer pixels and a smaller extent than these shares of the main part's is a speck. */
const [speckArea, speckLength] = [0.02, 0.12];

/** The bounding box of the digit's ink, in levels from 0 (paper) to 1 (ink); null if there is none. */
export function findInk(plane: Plane): Plane | null {
  const { width, height } = plane;
  const levels = { width, height, data: bytesOf(plane.data) };
  const isDark = isInkDark(levels);
  const maxRadius = Math.max(1, Math.round(paperRadius * Math.max(width, height)));
  const paper = inkOn(levels, { isDark, radius: maxRadius });
  const found = findParts(paper.ink, levels);
  if (found === null) return null;
  // Shadows that are wider than the strokes belong to the paper. Now that the strokes' width is known, uneven paper is measured again.
  const radius = Math.ceil(radiusOfStroke * widthOf(found.parts, levels));
  const isUneven = !paper.isEven && radius < 0.7 * maxRadius;
  const second = isUneven ? findParts(inkOn(levels, { isDark, radius }).ink, levels) : null;
  const { ink, parts } = second ?? found;
  return cut(ink, parts, levels);
}

function bytesOf(levels: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(levels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = levels[i] + 0.5;
  return bytes;
}

/** 1 where a level is at least `minLevel`. */
function maskOf(levels: Float32Array, minLevel: number): Uint8Array {
  const mask = new Uint8Array(levels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = levels[i] >= minLevel ? 1 : 0;
  return mask;
}

/** Replaces the level of ink that is not the digit's. */
const clearedLevel = -1;

/** The maximum number of times that frames are cleared. */
const maxRounds = 4;

/** The digit's parts, and the levels of ink that they were found in. */
interface FoundParts {
  readonly ink: Float32Array;
  readonly parts: readonly Part[];
}

/** The parts that are the digit; null if there are none. Changes `ink`. */
function findParts(ink: Float32Array, { width, height }: Size): FoundParts | null {
  const longer = Math.max(width, height);
  // Parts that would be frames if another part were in them: the digit, if no other part is found.
  let framesAlone: FoundParts | null = null;
  // Frames may be darker than the digit: they are cleared, and the strongest ink is determined again.
  for (let round = 0; round < maxRounds; round++) {
    const strongest = strongestOf(ink, width);
    if (strongest < minContrast) break;
    const mask = { width, height, data: maskOf(ink, minInkShare * strongest) };
    const parts = partsOf(withoutRules(mask));
    const sharp = parts.filter((part) => hasEdge(part, ink, mask));
    const { others } = framesOf(sharp, mask);
    const main = others.find((part) => extent(part) >= (framesAlone === null ? minExtent : minExtentInFrame) * longer);
    if (main !== undefined) {
      const found = { ink: ink.slice(), parts: others.filter((part) => !isSpeck(part, main)) };
      if (framesAlone !== null || !found.parts.every((part) => isLikeFrame(part, mask))) return found;
      framesAlone = found;
    }
    for (const part of parts) clear(ink, part, mask);
  }
  return framesAlone;
}

/**
 * Whether the part has sharp edges, as strokes have and shadows have not: at a twentieth of its pixels or more, the ink falls to less than half
 * within a short distance.
 */
function hasEdge({ pixels }: Part, ink: Float32Array, { width, height }: Size): boolean {
  const distance = Math.max(2, Math.round(edgeWidth * Math.max(width, height)));
  let edges = 0;
  for (const pixel of pixels) {
    const half = ink[pixel] / 2;
    const isPaper = (other: number) => ink[other] < half && ink[other] !== clearedLevel;
    const x = pixel % width;
    if (
      (x >= distance && isPaper(pixel - distance)) ||
      (x < width - distance && isPaper(pixel + distance)) ||
      (pixel >= distance * width && isPaper(pixel - distance * width)) ||
      (pixel < (height - distance) * width && isPaper(pixel + distance * width))
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

/** The strongest ink that a neighbour has too: single pixels do not count. */
function strongestOf(ink: Float32Array, width: number): number {
  let strongest = 0;
  for (let i = width; i < ink.length - width; i++) {
    const level = Math.min(ink[i], Math.max(ink[i - 1], ink[i + 1], ink[i - width], ink[i + width]));
    if (level > strongest) strongest = level;
  }
  return strongest;
}

/** Clears the ink of a part, and within two pixels of it. */
function clear(ink: Float32Array, part: Part, { width, height }: Size): void {
  for (const pixel of part.pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let v = Math.max(y - 2, 0); v <= Math.min(y + 2, height - 1); v++)
      for (let u = Math.max(x - 2, 0); u <= Math.min(x + 2, width - 1); u++) ink[v * width + u] = clearedLevel;
  }
}

/** The box of the parts with their soft edges. The levels are divided by the strongest ink of the parts. */
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
  return trim({ ...size, data });
}

/** Cuts off the rows and columns at the edge whose levels are all below 0.3. */
function trim({ width, height, data }: Plane): Plane {
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
