// A report has to hold for any data: two classes or a hundred, names that are markup, nets without mistakes. Its page is parsed
// strictly, as XML, and opened in Chromium, in both colour schemes and at two widths, where it may load nothing, overflow nowhere,
// and every text has to be legible.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { tensor } from "chainrule";
import type { Browser } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { it, startChromium } from "../../test/browser/chromium.ts";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { firstFilters, type ReportData, worstMistakes, writeReport } from "../src/report/report.ts";
import { interval, scores } from "../src/report/scores.ts";
import { smooth } from "../src/report/smooth.ts";
import { decimal, duration, percent } from "../src/report/wording.ts";

/** A generator with a fixed seed: numbers in 0 … 1. */
function random(seed = 1): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

interface Wanted {
  readonly classes: readonly string[];
  readonly channels?: number;
  readonly side?: number;
  readonly epochs?: number;
}

function synthetic({ classes, channels = 1, side = 28, epochs = 3 }: Wanted): ReportData {
  const next = random();
  const below = (end: number) => Math.floor(next() * end);
  const stepsPerEpoch = 50;
  const confusion = classes.map((_, truth) =>
    classes.map((_, answer) => (truth === answer ? 80 + below(20) : next() < 0.3 ? below(9) : 0)),
  );
  const mistake = (index: number) => {
    const truth = below(classes.length);
    const bytes = Uint8Array.from({ length: channels * side * side }, () => below(256));
    const picture = { channels, height: side, width: side, bytes };
    return { picture, truth, answer: (truth + 1) % classes.length, probability: 1 - index / 50, index };
  };
  return {
    title: "cnn on synthetic",
    date: "2026-11-24",
    classes,
    curves: {
      stepsPerEpoch,
      steps: Array.from({ length: epochs * stepsPerEpoch }, (_, i) => {
        const rest = 1 / (1 + i / 10);
        return { step: i + 1, loss: 2 * rest * (0.5 + next()) + 0.01, accuracy: Math.min(1, 1 - rest * next()) };
      }),
      epochs: Array.from({ length: epochs }, (_, i) => ({
        epoch: i + 1,
        training: { loss: 1 / (i + 1), accuracy: 1 - 0.5 / (i + 1) },
        validation: { loss: 1.1 / (i + 1), accuracy: 1 - 0.6 / (i + 1) },
        seconds: 12.5,
      })),
    },
    test: { name: "test", loss: 0.123, confusion },
    mistakes: Array.from({ length: 24 }, (_, i) => mistake(i)),
    filters: {
      name: "0.weight",
      total: 16,
      shape: [16, channels, 5, 5],
      weights: Float32Array.from({ length: 16 * channels * 25 }, () => next() - 0.5),
    },
    tree: "Sequential  1,000\n└─ 0: Conv2d(1, 16, 5)  weight [16, 1, 5, 5]  1,000\n1,000 parameters",
    parameters: 1000,
    run: {
      command: "chainrule train ./pictures --report report.html",
      seed: 7,
      options: { model: "cnn", "batch size": 64 },
      versions: { chainrule: "0.1.0", node: "20.16.0" },
      platform: "linux x64",
      data: {
        name: "synthetic",
        fingerprint: "0123456789abcdef",
        ...{ training: 3200, validation: 320, test: 1000 },
        shape: [channels, side, side],
      },
      seconds: { training: 37.5, test: 1.5, total: 41 },
    },
  };
}

const hostile = [`<script>alert("1")</script>`, `"'&amp;<b>`, "\u0000\u001b[31m\ud800", "</style></title>"];

/** The pages by the property that makes each special. */
const cases: Readonly<Record<string, ReportData>> = {
  digits: synthetic({ classes: [..."0123456789"] }),
  "two classes, one of them without pictures, no mistakes": {
    ...synthetic({ classes: ["cat", "dog"] }),
    test: {
      name: "test",
      loss: 0.5,
      confusion: [
        [500, 0],
        [0, 0],
      ],
    },
    mistakes: [],
  },
  "a hundred classes with long names, photographs": synthetic({
    classes: Array.from({ length: 100 }, (_, i) => `${i} ${"Donaudampfschifffahrt ".repeat(3)}${"x".repeat(60)}`),
    ...{ channels: 3, side: 224, epochs: 300 },
  }),
  "names that are markup": {
    ...synthetic({ classes: hostile, channels: 3 }),
    ...{ title: hostile[0], tree: hostile[1] },
    filters: null,
  },
  "stopped before anything happened": {
    ...synthetic({ classes: ["a", "b"], epochs: 0 }),
    test: {
      name: "validation",
      loss: 0,
      confusion: [
        [0, 0],
        [0, 0],
      ],
    },
    mistakes: [],
  },
};
const pages = Object.entries(cases).map(([name, data]) => [name, writeReport(data), data] as const);

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

// Runs in the page. WCAG 2: contrast of every text with what is painted behind it, 4.5 or, for large ones, 3.
function illegible(): string[] {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  const paint = (colours: readonly string[]) => {
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((level) => {
      const part = level / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent?.trim() ?? "";
    if (element === null || text === "" || element.checkVisibility() === false) continue;
    const behind: string[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement)
      behind.unshift(getComputedStyle(at).backgroundColor);
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const [back, front] = [paint(behind), paint([...behind, color])];
    const contrast = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    const size = Number.parseFloat(fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
    if (contrast < least) found.push(`${contrast.toFixed(2)} "${text}" in ${element.className || element.tagName}`);
  }
  return found;
}

/** Runs in the page: the elements that reach beyond its right edge, unless an element around them scrolls or clips them. */
function overflowing(): string[] {
  const contained = (element: Element): boolean =>
    element.parentElement !== null &&
    (getComputedStyle(element.parentElement).overflowX !== "visible" || contained(element.parentElement));
  const wide = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > wide + 0.5 && !contained(element),
  );
  const whole = document.documentElement.scrollWidth > wide ? ["the page"] : [];
  return [...whole, ...out.map((element) => `${element.tagName}.${element.className}`)];
}

describe("the page in Chromium", () => {
  let browser: Browser;
  const folder = temporaryFolder();
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => browser?.close());

  it.each(pages)(
    "%s: well-formed, quiet, legible and within its width, light and dark, wide and narrow",
    async (_, page, data) => {
      const file = join(folder, "report.html");
      writeFileSync(file, page);
      for (const colorScheme of ["light", "dark"] as const)
        for (const width of [1280, 360]) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
          const tab = await context.newPage();
          const [requests, complaints] = [[] as string[], [] as string[]];
          tab.on("request", (request) => requests.push(request.url().slice(0, 30)));
          tab.on("console", (message) => complaints.push(message.text()));
          tab.on("dialog", (dialog) => complaints.push(dialog.message()));
          await tab.goto(pathToFileURL(file).href);
          expect(requests.filter((url) => !/^(file:|data:image\/png)/.test(url))).toEqual([]);
          expect(requests.filter((url) => url.startsWith("file:"))).toHaveLength(1);
          expect(complaints).toEqual([]);
          expect(await tab.evaluate(overflowing), `${width}`).toEqual([]);
          expect(await tab.evaluate(illegible), colorScheme).toEqual([]);
          const loaded = await tab.evaluate(() => [...document.images].every((image) => image.naturalWidth > 0));
          expect(loaded).toBe(true);
          if (width === 1280 && colorScheme === "light") {
            const problem = await tab.evaluate((text) => {
              const parsed = new DOMParser().parseFromString(
                text.replace("<!doctype html>", ""),
                "application/xhtml+xml",
              );
              return parsed.querySelector("parsererror")?.textContent ?? null;
            }, page);
            expect(problem).toBeNull();
            const seen = await tab.evaluate(() => ({
              title: document.title,
              policy: document.querySelector("meta[http-equiv]")?.getAttribute("content"),
              scripts: document.scripts.length,
              headings: [...document.querySelectorAll("h2")].map(({ textContent }) => textContent),
              cells: document.querySelectorAll(".matrix td").length,
              rowHeads: [...document.querySelectorAll(".matrix tbody th")].map(({ textContent }) => textContent),
              pictures: document.querySelectorAll(".gallery img[alt]").length,
              byClass: document.querySelectorAll(".classes tbody tr").length,
              filters: document.querySelectorAll(".filters figure").length,
              tree: document.querySelector(".tree")?.textContent,
              // A path with NaN in it is drawn only up to there.
              broken: [...document.querySelectorAll("path")].some((path) =>
                /NaN|Infinity/.test(path.getAttribute("d") ?? ""),
              ),
            }));
            const readable = (text: string) => text.replace(/\p{Cc}|\p{Cs}/gu, "\ufffd");
            expect(seen.title).toBe(
              `${data.title}: ${/[\d.]+/.exec(/<title>.*: (.*)<\/title>/.exec(page)?.[1] ?? "")?.[0]}\u202f%`,
            );
            expect(seen.policy).toMatch(/^default-src 'none'; img-src data:; style-src 'unsafe-inline';/);
            expect(seen.scripts).toBe(0);
            expect(seen.headings).toEqual([
              ...["How the net learned", "What it confuses", "Its worst mistakes", "Class by class"],
              ...(data.filters === null ? [] : ["What the first layer looks for"]),
              ...["The net", "Repeat this run"],
            ]);
            expect(seen.cells).toBe(data.classes.length ** 2);
            expect(seen.rowHeads).toEqual(data.classes.map(readable));
            expect(seen.pictures).toBe(data.mistakes.length);
            expect(seen.byClass).toBe(data.classes.length);
            expect(seen.filters).toBe(data.filters?.total ?? 0);
            expect(seen.tree).toBe(data.tree);
            expect(seen.broken).toBe(false);
          }
          await context.close();
        }
    },
  );
});
