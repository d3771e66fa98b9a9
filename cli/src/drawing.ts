// Pictures in the terminal. A character cell is twice as tall as wide, so it holds two pixels, one above the other. On a terminal with
// greys each pixel has its own grey. Elsewhere a picture of nearly black and white pixels is drawn in half blocks, which show every pixel
// (▀ ▄ █), and a picture with many greys in shades, which show the mean of the two pixels in five levels (░ ▒ ▓ █).
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import type { Stream } from "./output.ts";
import { percent } from "./screen.ts";

interface Drawn {
  readonly label: string;
  /** [H][W]: the levels of the first channel, 0 … 255. */
  readonly levels: readonly (readonly number[])[];
}

/** The character of a cell, from the levels of its upper and its lower pixel. */
type Cell = (upper: number, lower: number) => string;

const halfBlocks: Cell = (upper, lower) => " ▀▄█"[(upper > 96 ? 1 : 0) + (lower > 96 ? 2 : 0)];
const shades: Cell = (upper, lower) => " ░▒▓█"[Math.round((upper + lower) / 2 / 64)];
/** The 256-colour palette has 24 greys, from 232 (nearly black) to 255. */
const greys: Cell = (upper, lower) => {
  const [fore, back] = [upper, lower].map((level) => 232 + Math.round((level / 255) * 23));
  return `\x1b[38;5;${fore}m\x1b[48;5;${back}m▀\x1b[0m`;
};

/** The first three pictures that the net got wrong, then the first three that it got right; fewer where there are fewer. */
export function drawAnswers(
  data: Dataset,
  { answers, probabilities }: Pick<Evaluation, "answers" | "probabilities">,
  stream: Stream,
): string {
  const truth = data.labels.data;
  const numbers = [...answers.keys()];
  const wrong = numbers.filter((n) => answers[n] !== truth[n]).slice(0, 3);
  const right = numbers.filter((n) => answers[n] === truth[n]).slice(0, 3);
  const pictures = [...wrong, ...right].map((n): Drawn => {
    const said = `says ${data.classes[answers[n]]} (${percent(probabilities[n])})`;
    return {
      label: answers[n] === truth[n] ? said : `${said}, is ${data.classes[truth[n]]}`,
      levels: levelsOf(data, n),
    };
  });
  const colours = stream.isTTY === true && stream.getColorDepth() >= 8;
  return layOut(pictures, {
    cell: colours ? greys : cellFor(pictures),
    columns: (stream.isTTY && stream.columns) || 100,
  });
}

/** Columns. Larger pictures are drawn smaller, so that three fit side by side. */
const maxWidth = 32;

/** The levels of the first channel; a picture that is too wide is reduced to the middle pixel of each block. */
function levelsOf({ images }: Dataset, n: number): number[][] {
  const [, channels, height, width] = images.shape;
  const start = n * channels * height * width;
  const block = Math.ceil(width / maxWidth);
  const middles = (size: number) =>
    Array.from({ length: Math.ceil(size / block) }, (_, i) => Math.min(i * block + (block >> 1), size - 1));
  return middles(height).map((y) => middles(width).map((x) => images.data[start + y * width + x]));
}

function cellFor(pictures: readonly Drawn[]): Cell {
  const seen = pictures.flatMap(({ levels }) => levels.flat()).filter((level) => level > 32);
  return seen.filter((level) => level < 224).length > 0.6 * seen.length ? shades : halfBlocks;
}

/** Lays the pictures out side by side, as many as fit, each with its label below. A line that is empty in all pictures of a row is left out. */
function layOut(pictures: readonly Drawn[], { cell, columns }: { cell: Cell; columns: number }): string {
  const gap = "  ";
  const width = Math.max(0, ...pictures.map(({ levels, label }) => Math.max(levels[0].length, label.length)));
  const perRow = Math.max(1, Math.floor((columns + gap.length) / (width + gap.length)));
  const lines: string[] = [];
  for (let first = 0; first < pictures.length; first += perRow) {
    const row = pictures.slice(first, first + perRow);
    const height = row[0].levels.length;
    const level = ({ levels }: Drawn, y: number, x: number) => (y < height ? levels[y][x] : 0);
    for (let y = 0; y < height; y += 2) {
      if (row.every(({ levels }) => [...levels[y], ...(levels[y + 1] ?? [])].every((l) => l <= 32))) continue;
      const drawn = row.map((picture) =>
        picture.levels[0].map((_, x) => cell(level(picture, y, x), level(picture, y + 1, x))),
      );
      lines.push(drawn.map((cells) => cells.join("") + " ".repeat(width - cells.length)).join(gap));
    }
    lines.push(row.map(({ label }) => label.padEnd(width)).join(gap), "");
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The confusion matrix: a row for each true class, a column for each answer, a dot for zero. */
export function drawConfusion(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const heads = classes.map((name) => (name.length <= 6 ? name : `${name.slice(0, 5)}.`));
  const counts = confusion.map((row) => row.map((count) => (count === 0 ? "·" : String(count))));
  const column = Math.max(...heads.map(({ length }) => length), ...counts.flat().map(({ length }) => length)) + 1;
  const margin = Math.max(4, ...classes.map(({ length }) => length));
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(margin)} ${cells.map((text) => text.padStart(column)).join("")}`;
  const rows = counts.map((row, truth) => line(classes[truth], row));
  return ["rows: the true class; columns: what the net says", line("", heads), ...rows].join("\n");
}
