// A report has to hold for any data: two classes or a hundred, names that are markup, nets without mistakes.
import { tensor } from "chainrule";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { firstFilters, firstRecognised, worstMistakes, writeReport } from "../src/report/report.ts";
import { interval, scores } from "../src/report/scores.ts";
import { smooth } from "../src/report/smooth.ts";
import { decimal, duration, percent } from "../src/report/wording.ts";
import { pages, synthetic } from "./report-pages.ts";

describe("the page as a text", () => {
  test.each(pages)("%s: nothing from outside, no script, of a size that can be mailed", (_, page) => {
    const addresses = [...page.matchAll(/(?:src|href|url|action)\s*[=(]\s*["']?([^"')\s]*)/g)].map(
      ([, address]) => address,
    );
    expect(addresses.filter((address) => !address.startsWith("data:image/png;base64,"))).toEqual([]);
    const words = page.replace(/base64,[^"]*/g, "");
    expect(words).not.toMatch(/https?:|<script|<link|<iframe|@import|NaN|undefined|Infinity|\[object/i);
    expect(page.length).toBeLessThan(1_500_000);
  });

  test("a thousand classes and ten thousand epochs are still a page", () => {
    const page = writeReport({
      ...synthetic({ classes: Array.from({ length: 1000 }, (_, i) => `class ${i}`) }),
      curves: synthetic({ classes: ["a"], epochs: 10_000 }).curves,
    });
    expect(page.length).toBeLessThan(1_500_000);
    expect(page).toContain("Of 1,000 classes, the 60 that are confused most.");
    expect(page).toContain("Validation loss was lowest after epoch 10000");
  });

  test("the same data give the same page", () => {
    expect(writeReport(synthetic({ classes: [..."0123456789"] }))).toBe(pages[0][1]);
  });

  /** The text of the headline alone, so that a failure shows no more than that. */
  const headline = (confusion: number[][]) => {
    const data = synthetic({ classes: ["cat", "dog", "eel"].slice(0, confusion.length) });
    const page = writeReport({ ...data, test: { name: "test", loss: 1, confusion } });
    return (/<h1>.*<dl/s.exec(page)?.[0] ?? "").replace(/<\/?q>/g, "'").replace(/<[^>]*>?/g, "");
  };

  test("says how good the net is and what it confuses", () => {
    const said = headline([
      [970, 20, 10],
      [5, 990, 5],
      [0, 0, 500],
    ]);
    expect(said).toContain("98.4\u202f% of 2,500 test pictures recognised");
    expect(said).toContain("nearly always right: one in 63 test pictures goes wrong.");
    expect(said).toContain("It most often takes 'cat' for 'dog' (20 times), then 'cat' for 'eel' (10 times).");
    expect(said).toContain("The hardest class is 'cat': the net recognises 97.0\u202f% of its pictures.");
    expect(said).toContain("always saying 'cat' would be right on 40.0\u202f%");
  });

  test.each([
    ["no better than a guess", [90, 0, 10, 0]],
    ["right on every single one", [90, 0, 0, 10]],
    ["The net may be no better than a guess: the difference can be chance.", [90, 0, 9, 1]],
    ["The net avoids 20\u202f% of the mistakes of always saying 'cat'.", [9000, 0, 800, 200]],
    ["The net is hardly better than a guess.", [90000, 0, 9500, 500]],
    ["All test pictures are of one class, so this says nothing about the others.", [40, 10, 0, 0]],
    ["It recognises no picture of 'dog'.", [9000, 0, 100, 0]],
    ["3 pictures prove little: on other pictures of the same kind, expect 43.8\u202f% to 100.0\u202f%.", [2, 0, 0, 1]],
    ["Its only mistake is to take 'dog' for 'cat'", [90, 0, 1, 10]],
  ])("%s", (words, [a, b, c, d]) => {
    const confusion = [
      [a, b],
      [c, d],
    ];
    expect(headline(confusion)).toContain(words);
  });

  test("says that test pictures are copies of training pictures", () => {
    const data = synthetic({ classes: ["cat", "dog"] });
    const copies =
      "3 of the 20 test pictures are exact copies of training pictures, so the figure flatters; without them 81.00 %.";
    expect(writeReport({ ...data, test: { ...data.test, copies } })).toContain(copies);
  });

  test("a confusion matrix of the wrong size is refused", () => {
    const data = synthetic({ classes: ["a", "b"] });
    expect(() => writeReport({ ...data, classes: ["a", "b", "c"] })).toThrow(
      /writeReport: 3 classes need a confusion matrix of 3×3/,
    );
  });
});

describe("what it is made from", () => {
  test("the worst mistakes are the wrong answers with the highest probability", () => {
    const images = tensor(
      Uint8Array.from({ length: 16 }, (_, i) => i),
      { shape: [4, 1, 2, 2] },
    );
    const data = { images, labels: tensor(Int32Array.of(0, 1, 0, 1), { dtype: "int32" }), classes: ["a", "b"] };
    const worst = worstMistakes(data, { answers: [1, 1, 1, 0], probabilities: [0.6, 0.99, 0.9, 0.6] });
    expect(worst.map(({ index }) => index)).toEqual([2, 0, 3]);
    expect(worst[0]).toMatchObject({ truth: 0, answer: 1, probability: 0.9 });
    expect([...worst[0].picture.bytes]).toEqual([8, 9, 10, 11]);
  });

  test("a mistake has the name of its file, and the whole path where there is room for it", () => {
    const data = synthetic({ classes: ["a", "b"] });
    const [mistake] = data.mistakes;
    const file = "photos & more/a/IMG 1.jpg";
    const page = writeReport({ ...data, mistakes: [{ ...mistake, file, truth: 0 }] });
    expect(page).toContain('<span class="file" title="photos &amp; more/a/IMG 1.jpg">IMG 1.jpg</span>');
    expect(page).toContain('alt="photos &amp; more/a/IMG 1.jpg, of class a"');
    expect(writeReport({ ...data, mistakes: [mistake] })).not.toContain('class="file"');
  });

  test("filters are a convolution's kernels, or a linear layer's rows as pictures, or nothing", () => {
    const weight = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) });
    const of = (shape: number[]) => firstFilters(new Map([["w", weight(...shape)]]), [3, 4, 6])?.shape ?? null;
    expect(of([8, 3, 5, 5])).toEqual([8, 3, 5, 5]);
    expect(of([10, 72])).toEqual([10, 3, 4, 6]);
    expect(of([128, 72])).toEqual([64, 3, 4, 6]);
    expect([of([8, 1, 5, 5]), of([10, 71]), of([10]), firstFilters(new Map(), [1, 2, 2])]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test("pictures keep their pixels, photographs are made smaller, weights are transparent at 0", () => {
    const pngs = (page: string) =>
      [...page.matchAll(/src="data:image\/png;base64,([^"]*)"/g)].map(([, text]) =>
        PNG.sync.read(Buffer.from(text, "base64")),
      );
    const [digits, , photographs] = pages;
    const { picture } = digits[2].mistakes[0];
    const shown = pngs(digits[1]);
    expect([shown[0].width, shown[0].height]).toEqual([28, 28]);
    expect([...shown[0].data.filter((_, i) => i % 4 === 0)]).toEqual([...picture.bytes]);
    expect(pngs(photographs[1])[0].width).toBe(75);
    const weights = digits[2].filters?.weights ?? [];
    const [kernel] = shown.slice(24);
    for (let i = 0; i < 25; i++) {
      expect(kernel.data[4 * i + 3] / 255).toBeCloseTo(Math.min(1, Math.abs(weights[i]) / 0.497), 1);
      expect(kernel.data[4 * i] > kernel.data[4 * i + 2]).toBe(weights[i] < 0);
    }
  });

  test("scores, interval, smoothing and wording", () => {
    const { accuracy, classes, mixups } = scores([
      [8, 2],
      [0, 0],
    ]);
    expect(accuracy).toBe(0.8);
    expect(classes[1]).toMatchObject({ precision: 0, recall: null, support: 0 });
    expect(mixups).toEqual([{ truth: 0, answer: 1, count: 2, share: 0.2 }]);
    // R: binom::binom.confint(81, 263, methods = "wilson")
    expect(interval(81, 263).map((end) => Number(end.toFixed(4)))).toEqual([0.2553, 0.3662]);
    const points = smooth(Array.from({ length: 10_000 }, (_, i) => ({ x: i, y: i % 2 })));
    expect(points.length).toBeLessThan(150);
    for (const { mean, low, high } of points) expect([Math.abs(mean - 0.5) < 0.01, low, high]).toEqual([true, 0, 1]);
    expect([percent(0.99999), percent(1), percent(0), percent(0.00001)].join(" ")).toBe(
      "99.9\u202f% 100.0\u202f% 0.0\u202f% 0.1\u202f%",
    );
    expect([duration(0.5), duration(75), duration(7500)]).toEqual(["0.50 s", "1 min 15 s", "2 h 5 min"]);
    expect([decimal(0), decimal(-0.0412345), decimal(1.2e-9)]).toEqual(["0", "\u22120.0412", "1.20e\u22129"]);
  });
});

describe("where the net looked", () => {
  const data = synthetic({ classes: ["cat", "dog"] });
  const heat = { width: 2, height: 2, data: [0, 1, 0, 0] };
  const [mistake] = data.mistakes;
  const right = { ...mistake, truth: 1, answer: 1 };

  test("stands behind a switch, for mistakes and for some right answers", () => {
    const page = writeReport({ ...data, mistakes: [{ ...mistake, heat }], recognised: [{ ...right, heat }] });
    expect(page).toContain('<label for="looked">Show where the net looked for its answer</label>');
    expect(page.match(/<img class="hot"/g)).toHaveLength(2);
    expect(page).toContain("Some that it gets right");
    expect(page).toContain('<span class="is">says <b title="dog">dog</b></span><small>');
    // The upper right quarter is hot: its red is more than that of the others, whatever the picture shows there.
    const [, address = ""] = /<img class="hot" src="data:image\/png;base64,([^"]*)"/.exec(page) ?? [];
    const png = PNG.sync.read(Buffer.from(address, "base64"));
    const redAt = (x: number, y: number) => png.data[4 * (y * png.width + x)];
    for (const [x, y] of [
      [0, 0],
      [0, png.height - 1],
      [png.width - 1, png.height - 1],
    ])
      expect(redAt(png.width - 1, 0)).toBeGreaterThan(redAt(x, y));
  });

  test("is not spoken of where the net does not tell places apart", () => {
    for (const text of ["looked", 'class="hot"', "gets right"])
      expect(writeReport(data).split("</style>")[1]).not.toContain(text);
  });

  test("the right answers are the first of each class, at most six", () => {
    const count = 20;
    const images = tensor(new Uint8Array(count), { shape: [count, 1, 1, 1] });
    const labels = tensor(Int32Array.from({ length: count }, (_, n) => n % 10));
    const dataset = { images, labels, classes: [..."abcdefghij"] };
    const answers = Int32Array.from(labels.data, (label, n) => (n < 2 ? 5 : label));
    const found = firstRecognised(dataset, { answers, probabilities: new Float32Array(count).fill(0.5) });
    expect(found.map(({ index }) => index)).toEqual([10, 11, 2, 3, 4, 5]);
    expect(found.every(({ truth, answer }) => truth === answer)).toBe(true);
  });
});
