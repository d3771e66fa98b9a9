// What the terminal shows of a test: some pictures with the net's answers, and the confusion matrix.
import type { Dataset } from "chainrule/data";
import { printable } from "chainrule/node";
import type { Evaluation } from "chainrule/train";
import type { Excerpt } from "../pictures/excerpt.ts";
import { mistakeOrder } from "../report/mistake-order.ts";
import { brief, fileName, percent } from "../wording.ts";
import { black, type Cell, cellFor, type Small, smallPicture } from "./cells.ts";
import type { Colours } from "./colours.ts";

export interface Terminal {
  readonly colours: Colours;
  /** The width of a line. */
  readonly columns: number;
  /** The path of each picture; null for IDX files. */
  readonly files: readonly string[] | null;
}

interface Drawn {
  readonly labels: readonly string[];
  readonly small: Small;
}

/**
 * Three pictures that the net got wrong, then three that it got right; fewer where there are fewer. Of pictures with files the worst
 * mistakes, of others the first. Empty where nothing could be recognised of the pictures.
 */
export function drawAnswers(
  data: Dataset | Excerpt,
  evaluation: Pick<Evaluation, "answers" | "probabilities">,
  { colours, columns, files }: Terminal,
): string {
  const { answers, probabilities } = evaluation;
  const truth = data.labels.data;
  const order = mistakeOrder(truth, evaluation);
  const wrong = (files === null ? order.sort((a, b) => a - b) : order).slice(0, 3);
  const right = [...answers.keys()].filter((n) => answers[n] === truth[n]).slice(0, 3);
  const pictures = [...wrong, ...right].map((n): Drawn => {
    const said = `says ${brief(printable(data.classes[answers[n]]))} (${percent(probabilities[n])})`;
    const label = answers[n] === truth[n] ? said : `${said}, is ${brief(printable(data.classes[truth[n]]))}`;
    const labels = files === null ? [label] : [brief(printable(fileName(files[n]))), label];
    return { labels, small: smallPicture(data, n) };
  });
  const cell = cellFor(
    pictures.map(({ small }) => small),
    colours,
  );
  if (cell === null) return "";
  return layOut(pictures, { cell, columns });
}

/** Picture n alone, as lines; empty where nothing could be recognised of it. */
export function drawPicture(data: Dataset, n: number, colours: Colours): string {
  const small = smallPicture(data, n);
  const cell = cellFor([small], colours);
  return cell === null ? "" : layOut([{ labels: [], small }], { cell, columns: small.width });
}

/** Lays the pictures out side by side, as many as fit, each with its labels below. A line that is empty in all pictures of a row is left out. */
function layOut(pictures: readonly Drawn[], { cell, columns }: { cell: Cell; columns: number }): string {
  const gap = "  ";
  const width = Math.max(0, ...pictures.flatMap(({ small, labels }) => [small.width, ...labels.map((l) => l.length)]));
  const perRow = Math.max(1, Math.floor((columns + gap.length) / (width + gap.length)));
  const lines: string[] = [];
  for (let first = 0; first < pictures.length; first += perRow) {
    const row = pictures.slice(first, first + perRow);
    const { height } = row[0].small;
    for (let y = 0; y < height; y += 2) {
      const two = row.map(({ small }) => [small.pixels[y], small.pixels[y + 1] ?? small.pixels[y].map(() => black)]);
      if (two.flat(2).every((pixel) => Math.max(...pixel) <= 32)) continue;
      const drawn = two.map(([upper, lower]) => upper.map((pixel, x) => cell(pixel, lower[x])));
      lines.push(drawn.map((cells) => cells.join("") + " ".repeat(width - cells.length)).join(gap));
    }
    for (const i of row[0].labels.keys()) lines.push(row.map(({ labels }) => labels[i].padEnd(width)).join(gap));
    lines.push("");
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The confusion matrix: a row for each true class, a column for each answer, a dot for zero. */
export function drawConfusion(confusion: readonly (readonly number[])[], classNames: readonly string[]): string {
  const classes = classNames.map(printable);
  const heads = classes.map((name) => (name.length <= 6 ? name : `${name.slice(0, 5)}.`));
  const counts = confusion.map((row) => row.map((count) => (count === 0 ? "·" : String(count))));
  const column = Math.max(...heads.map(({ length }) => length), ...counts.flat().map(({ length }) => length)) + 1;
  const margin = Math.max(4, ...classes.map(({ length }) => length));
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(margin)} ${cells.map((text) => text.padStart(column)).join("")}`;
  const rows = counts.map((row, truth) => line(classes[truth], row));
  return ["rows: the true class; columns: what the net says", line("", heads), ...rows].join("\n");
}
