// What is said of a net's figure: the grade beside the commonest class, few pictures, classes that were not learned, copies, and mistakes.
import { tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { describe, expect, test } from "vitest";
import type { Data } from "../src/data-set.ts";
import { mistakeLines, mistakesOf } from "../src/evaluate/mistakes.ts";
import { comparisonWords, testRecordOf } from "../src/evaluate/test-record.ts";
import { verdict } from "../src/evaluate/verdict.ts";
import { TrainingPictures } from "../src/pictures/copies.ts";
import { accuracyWithout, copiesWords, examples, findCopies } from "../src/pictures/copy-notes.ts";
import { nearest } from "../src/terminal/cells.ts";
import { type Colours, coloursOf } from "../src/terminal/colours.ts";
import { drawAnswers } from "../src/terminal/drawing.ts";

const names = ["cup", "fork", "spoon"];
const said = (...confusion: number[][]) => verdict({ confusion }, names.slice(0, confusion.length));

describe("verdict", () => {
  test.each([
    // 65 of 65 on an uneven set: not "hardly better than guessing".
    [
      [
        [60, 0],
        [0, 5],
      ],
      "it recognises 65 of 65 test pictures: all of them",
    ],
    [
      [
        [900, 0],
        [99, 1],
      ],
      "it recognises 901 of 1,000 test pictures: perhaps no better than guessing",
    ],
    [
      [
        [9000, 0],
        [900, 100],
      ],
      'it recognises 9,100 of 10,000 test pictures: it avoids 10 % of the mistakes of always answering "cup"',
    ],
    [
      [
        [9000, 0],
        [980, 20],
      ],
      "it recognises 9,020 of 10,000 test pictures: perhaps no better than guessing",
    ],
    [
      [
        [90000, 0],
        [9500, 500],
      ],
      "it recognises 90,500 of 100,000 test pictures: hardly better than guessing",
    ],
    [
      [
        [9000, 0],
        [400, 600],
      ],
      "it recognises 9,600 of 10,000 test pictures: nine in ten or more",
    ],
    [
      [
        [90, 0],
        [10, 0],
      ],
      'it recognises 90 of 100 test pictures: no better than always answering "cup"',
    ],
    [
      [
        [40, 10],
        [0, 0],
      ],
      'it recognises 40 of 50 test pictures: all are of the class "cup", so this says nothing about the others',
    ],
    [
      [
        [2, 0],
        [1, 0],
      ],
      'it recognises 2 of 3 test pictures: no better than always answering "cup"',
    ],
  ])("%j", (confusion, words) => {
    expect(said(...confusion)[0]).toContain(words);
  });

  test("few pictures prove little, with the interval; many need no such line", () => {
    expect(said([2, 0], [0, 1]).at(-1)).toBe(
      "3 pictures prove little: of other pictures like these it may recognise 44 % to 100 %",
    );
    expect(said([1, 0], [0, 0]).at(-1)).toMatch(/^one picture proves little: .* 21 % to 100 %$/);
    expect(said([50, 0], [0, 50]).join("\n")).not.toContain("prove little");
  });

  test("classes that were not learned are named, with what they are taken for", () => {
    const lines = said([12, 0, 0], [3, 0, 9], [2, 0, 10]);
    expect(lines).toContain('it never answers "fork": 0 of 12 right; too few pictures, or too like "spoon"');
    const answered = said([11, 1, 0], [3, 0, 9], [2, 0, 10]);
    expect(answered).toContain('it recognises no "fork": 0 of 12 right; too few pictures, or too like "spoon"');
  });

  test("a thousand classes: a few lines", () => {
    const count = 1000;
    const confusion = Array.from({ length: count }, (_, i) =>
      Array.from({ length: count }, (_, j) => (i % 2 === 0 && i === j ? 5 : i % 2 === 1 && j === i - 1 ? 5 : 0)),
    );
    const lines = verdict(
      { confusion },
      Array.from({ length: count }, (_, i) => `class ${i}`),
    );
    expect(lines.length).toBeLessThan(10);
    expect(lines).toContain("nor does it recognise any picture of 496 more classes");
  });
});

/** Pictures of 2 × 2, each of one level. */
const dataset = (levels: readonly number[], labels: readonly number[]): Dataset => ({
  images: tensor(Uint8Array.from(levels.flatMap((level) => [level, level, 7, level])), {
    shape: [levels.length, 1, 2, 2],
  }),
  labels: tensor(Int32Array.from(labels)),
  classes: names,
});

describe("copies", () => {
  const train = dataset([1, 2, 3, 2, 1], [0, 1, 2, 0, 0]);
  const data: Data = {
    name: "set",
    train,
    validation: dataset([9, 3], [0, 2]),
    test: dataset([4, 1, 5, 3], [0, 0, 1, 2]),
    files: { train: ["t0", "t1", "t2", "t3", "t4"], validation: ["v0", "v1"], test: ["e0", "e1", "e2", "e3"] },
    framing: "plain",
    notes: [],
    folder: null,
  };

  test("are found by their bytes: test, validation, and within the training pictures with another label", () => {
    const known = new TrainingPictures(train);
    expect(known.contradictions).toEqual([{ index: 3, original: 1 }]);
    expect(known.copiesIn(data.test)).toEqual([
      { index: 1, original: 0 },
      { index: 3, original: 2 },
    ]);
    const { notes, test: copies } = findCopies(data);
    expect(copies).toHaveLength(2);
    expect(notes).toEqual([
      "1 training picture lies in two classes (t1 and t3): the net cannot be right about both",
      "1 of the 2 validation pictures is an exact copy of a training picture (v1 is t2), so the best epoch may be the one that remembers them",
    ]);
    expect(findCopies({ ...data, files: null }).notes[0]).toContain("(fork and cup)");
    const paths = ["a", "b", "c", "d", "e"].map((name) => `set/train/${name}/1.png`);
    const inFolders = findCopies({
      ...data,
      files: { train: paths, validation: ["set/val/b/1.png", "set/val/c/1.png"], test: paths },
    });
    expect(inFolders.notes[1]).toContain("(set/val/c/1.png is …/train/c/1.png)");
    expect(inFolders.notes[0]).toContain("(set/train/b/1.png and …/d/1.png)");
    expect(examples([{ index: 0, original: 2 }], [["set/test/c/7.png"], paths])).toBe(
      " (set/test/c/7.png is …/train/c/1.png)",
    );
    expect(examples([{ index: 0, original: 0 }], [["/mnt/1.png"], ["/home/2.png"]])).toBe(
      " (/mnt/1.png is /home/2.png)",
    );
  });

  test("pictures that differ in any one byte are no copies, though the hash sees only some bytes of large ones", () => {
    const size = 3 * 40 * 40;
    const bytes = new Uint8Array(2 * size).fill(9);
    for (const at of [0, 1, 777, size - 1]) {
      const changed = Uint8Array.from(bytes);
      changed[size + at] = 10;
      const two = (pixels: Uint8Array): Dataset => ({
        images: tensor(pixels, { shape: [2, 3, 40, 40] }),
        labels: tensor(Int32Array.of(0, 1)),
        classes: names,
      });
      expect(new TrainingPictures(two(changed)).contradictions).toEqual([]);
      expect(new TrainingPictures(two(bytes)).contradictions).toHaveLength(1);
    }
  });

  test("the figure without them", () => {
    const copies = [
      { index: 1, original: 0 },
      { index: 3, original: 2 },
    ];
    expect(accuracyWithout(copies, { answers: Int32Array.of(0, 0, 0, 2) }, [0, 0, 1, 2])).toBe(0.5);
    const record = { accuracy: 0.75, pictures: 4, copies: 2, withoutCopies: 0.5 };
    expect(copiesWords(record, " (e1 is t0)")).toBe(
      "2 of the 4 test pictures are exact copies of training pictures (e1 is t0), so the figure flatters; without them 50.00 %",
    );
    expect(copiesWords({ ...record, accuracy: 0.4 })).not.toContain("flatters");
    expect(copiesWords({ ...record, withoutCopies: null })).toMatch(
      /^all test pictures .* says nothing about new ones$/,
    );
    expect(copiesWords({ ...record, copies: 0 })).toBeNull();
  });
});

describe("the record of the test", () => {
  const test1 = { accuracy: 0.8, pictures: 10, fingerprint: "01234567", copies: 0, withoutCopies: 0.8 };
  const replaced = { file: "m.safetensors", date: "2026-11-27", test: test1 };

  test("is read from the file's metadata, and anything else is no record", () => {
    expect(testRecordOf({ epochs: 3, test: test1 })).toEqual(test1);
    for (const other of [
      null,
      3,
      {},
      { test: 1 },
      { test: { ...test1, accuracy: 2 } },
      { test: { ...test1, pictures: "1" } },
    ])
      expect(testRecordOf(other)).toBeNull();
  });

  test("compares on the same test pictures only", () => {
    expect(comparisonWords(replaced, { ...test1, accuracy: 0.7 })).toContain(
      "worse than the model that was replaced: 80.00 % of the same test pictures before, 70.00 % now",
    );
    expect(comparisonWords(replaced, { ...test1, accuracy: 0.9 })).toMatch(/^better than/);
    expect(comparisonWords(replaced, test1)).toMatch(/^as good as/);
    expect(comparisonWords(replaced, { ...test1, fingerprint: "76543210" })).toBeNull();
    expect(comparisonWords({ ...replaced, test: null }, test1)).toBeNull();
  });
});

describe("mistakes", () => {
  const data = dataset([1, 2, 3, 4], [0, 1, 2, 0]);
  const evaluation = { answers: Int32Array.of(1, 1, 0, 2), probabilities: Float32Array.of(0.5, 1, 0.75, 0.5) };

  test("have the files and the names of the classes, the surest first", () => {
    const found = mistakesOf(data, evaluation, ["a/1.png", "a/2.png", "b/3.png", "a/4.png"]);
    expect(found[0]).toEqual({ index: 2, file: "b/3.png", class: "spoon", answer: "cup", probability: 0.75 });
    expect(found.map(({ index }) => index)).toEqual([2, 0, 3]);
    expect(mistakeLines(found, 1)).toEqual(["the worst of 3 mistakes:", "  b/3.png: says cup (75.00 %), is spoon"]);
    expect(mistakeLines(found, 5)).toHaveLength(4);
    expect(mistakeLines([], 5)).toEqual([]);
    expect(mistakesOf(data, evaluation, null)[0].file).toBeNull();
  });
});

describe("pictures in the terminal", () => {
  const side = 48;
  const picture = (channels: number, level: (c: number, y: number, x: number) => number): Dataset => ({
    images: tensor(
      Uint8Array.from({ length: channels * side * side }, (_, i) =>
        level(Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side),
      ),
      { shape: [1, channels, side, side] },
    ),
    labels: tensor(Int32Array.of(0)),
    classes: names,
  });
  const evaluation = { answers: Int32Array.of(1), probabilities: Float32Array.of(0.9) };
  const draw = (data: Dataset, colours: Colours) =>
    drawAnswers(data, evaluation, { colours, columns: 100, files: ["cup/photo.jpg"] }).replaceAll("\u001b", "␛");
  const photo = picture(3, (c, y, x) => (c * 80 + 3 * x + y) % 256);

  test("a photograph has its colours, reduced to at most 32 columns by means; where there are no colours, it is not drawn", () => {
    const shown = draw(photo, "true");
    const cells = shown.split("\n")[0].match(/␛\[38;2;\d+;\d+;\d+m␛\[48;2;\d+;\d+;\d+m▀/g);
    expect(cells).toHaveLength(24);
    // The mean of 2 × 2 pixels at the corner: 0, 3, 1, 4; and of those below.
    expect(shown).toMatch(/^␛\[38;2;2;82;162m␛\[48;2;4;84;164m▀/);
    expect(shown).toContain("photo.jpg");
    expect(shown).toContain("says fork (90.00 %), is cup");
    expect(draw(photo, "palette")).toMatch(/^␛\[38;5;\d+m␛\[48;5;\d+m▀/);
    expect(draw(photo, "none")).toBe("");
  });

  test("a drawing of nearly black and white is drawn without colours, in half blocks; a grey photograph is not", () => {
    const drawing = draw(
      picture(3, (_, y, x) => (x > 20 && x < 28 && y > 4 ? 255 : 0)),
      "none",
    );
    expect(drawing).toMatch(/[▀▄█]/);
    expect(drawing).not.toContain("␛");
    expect(
      draw(
        picture(1, (_, y, x) => 40 + 3 * x + y),
        "none",
      ),
    ).toBe("");
  });

  test("the colours of a stream", () => {
    const terminal = (depth: number) => ({ isTTY: true, getColorDepth: () => depth });
    const none = { isTTY: false, getColorDepth: () => 1 };
    expect([1, 4, 8, 24].map((depth) => coloursOf(terminal(depth), {}))).toEqual(["none", "none", "palette", "true"]);
    expect(coloursOf(none, {})).toBe("none");
    expect(coloursOf(none, { FORCE_COLOR: "" })).toBe("palette");
    expect(coloursOf(terminal(24), { FORCE_COLOR: "0" })).toBe("none");
    expect(coloursOf(terminal(24), { NO_COLOR: "" })).toBe("true");
    expect(coloursOf(terminal(24), { NO_COLOR: "1" })).toBe("none");
    expect(coloursOf(terminal(24), { TERM: "dumb" })).toBe("none");
  });

  test("the nearest colour of the palette", () => {
    expect(nearest([255, 0, 0])).toBe(196);
    expect(nearest([0, 0, 0])).toBe(16);
    expect(nearest([128, 128, 128])).toBe(244);
    expect(nearest([95, 135, 175])).toBe(67);
  });
});
