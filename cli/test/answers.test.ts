// How many classes predict lists.
import { expect, test } from "vitest";
import { listAnswer, summarise } from "../src/predict/answers.ts";
import { Screen } from "../src/terminal/screen.ts";

class Lines extends Screen {
  readonly lines: string[] = [];

  override say(text = ""): void {
    this.lines.push(text);
  }
}

const said = (work: (screen: Screen) => void) => {
  const screen = new Lines(false);
  work(screen);
  return screen.lines;
};

/** Class k of `count` has twice the probability of class k + 1. */
const answer = (count: number) => ({
  picture: "x.png",
  classes: Array.from({ length: count }, (_, k) => `c${k}`),
  probabilities: Float32Array.from({ length: count }, (_, k) => 0.5 ** (k + 1)),
});

test("all of up to 20 classes, 5 of more, and as many as --top says; one line for a picture of a folder", () => {
  const list = (count: number, top: number | undefined, brief = false) =>
    said((screen) => listAnswer(screen, { ...answer(count), top, brief }));
  expect(list(20, undefined)).toHaveLength(21);
  expect(list(100, undefined)).toEqual([
    "x.png: c0 (50.00 %)",
    "  c0  50.00 %  ██████████",
    "  c1  25.00 %  █████",
    "  c2  12.50 %  ███",
    "  c3   6.25 %  █",
    "  c4   3.13 %  █",
    "  and 95 more; --top 100 lists all",
  ]);
  expect(list(100, 7)).toHaveLength(8);
  expect(list(3, 7)).toHaveLength(4);
  expect(list(3, 1)).toEqual(["x.png: c0 (50.00 %)"]);
  expect(list(100, undefined, true)).toEqual(["x.png: c0 (50.00 %)"]);
  expect(list(100, 3, true)).toEqual(["x.png: c0 (50.00 %), c1 (25.00 %), c2 (12.50 %)"]);
});

test("a summary names the 20 most frequent classes", () => {
  const counts = (classes: number) => new Map(Array.from({ length: classes }, (_, k) => [`c${k}`, 1000 + k]));
  expect(said((screen) => summarise(screen, counts(2)))).toEqual(["2,001 pictures: c1 1,001, c0 1,000"]);
  const [line] = said((screen) => summarise(screen, counts(23)));
  expect(line).toMatch(/: c22 1,022, .*, c3 1,003, and 3 more classes$/);
  expect(said((screen) => summarise(screen, new Map([["a", 1]])))).toEqual([]);
});
