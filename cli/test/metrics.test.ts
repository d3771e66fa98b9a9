// evaluate --metrics, --top and --csv: the figures beside the accuracy. Their definitions are tested in test/train.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "chainrule";
import { type Description, writeModel } from "chainrule/model";
import { confusionMatrix } from "chainrule/train";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { classLines } from "../src/evaluate/class-lines.ts";
import { checkTop, metricLines, metricsOf, topWords } from "../src/evaluate/metrics.ts";
import { chainrule, events } from "./command.ts";

const classes = ["ant", "bee", "cat"];
// Four pictures: right, right, wrong, right.
const labels = tensor(Int32Array.of(0, 1, 1, 2));
const rows = [0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.6, 0.3, 0.1, 0.1, 0.2, 0.7];

function evaluationOf(numbers: readonly number[]) {
  const scores = tensor(Float32Array.from(numbers), { shape: [4, 3] });
  const answers = scores.argmax(1);
  const confusion = confusionMatrix(answers, labels, 3);
  return { scores, confusion, accuracy: 0.75, probabilities: scores.max(1).data as Float32Array };
}

describe("the figures", () => {
  const metrics = metricsOf({ labels, classes }, evaluationOf(rows), 2);

  test("are those of the answers and probabilities", () => {
    expect(metrics).toMatchObject({
      balancedAccuracy: expect.closeTo((1 + 0.5 + 1) / 3, 12),
      macro: { precision: expect.closeTo((0.5 + 1 + 1) / 3, 12), recall: expect.closeTo(2.5 / 3, 12) },
      weighted: { recall: 0.75 },
      topK: { k: 2, accuracy: 1 },
      logLoss: expect.closeTo(-(Math.log(0.8) + Math.log(0.5) + Math.log(0.3) + Math.log(0.7)) / 4, 6),
      calibrationError: expect.closeTo((0.2 + 0.5 + 0.6 + 0.3) / 4, 6),
      meanProbability: expect.closeTo(0.65, 6),
    });
    expect(metrics.accuracyInterval.map((share) => share.toFixed(2))).toEqual(["0.30", "0.95"]);
    expect(metrics.perClass[1]).toEqual({ class: "bee", precision: 1, recall: 0.5, f1: 2 / 3, support: 2 });
  });

  test("are shown with their names, one a line", () => {
    expect(metricLines(0.75, metrics)).toEqual([
      "         accuracy  75.00 %, with 95 % confidence 30.06 % to 95.44 %",
      "balanced accuracy  83.33 %",
      "       macro mean  precision 83.33 %, recall 83.33 %, F1 77.78 %",
      "    weighted mean  precision 87.50 %, recall 75.00 %, F1 75.00 %",
      "   top-2 accuracy  100.00 %",
      "         log loss  0.6192",
      "calibration error  40.00 %; the probability of its answers is 65.00 % in the mean, less than the part that is right",
    ]);
    expect(topWords({ k: 2, accuracy: 1 })).toBe("the right class is among the 2 likeliest for 100.00 %");
  });

  test("without probabilities are those of the answers alone; few classes have no top-k accuracy unless asked", () => {
    const broken = metricsOf({ labels, classes }, evaluationOf(rows.with(0, Number.NaN)));
    expect([broken.logLoss, broken.calibrationError, broken.meanProbability, broken.topK]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(metricLines(0.75, broken).at(-1)).toMatch(/weighted mean/);
    expect(() => checkTop(4, 3)).toThrow("--top 4: the model has 3 classes; give a number from 1 to 3");
  });
});

describe("the table of the classes", () => {
  const made = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      ...{ class: `class ${n}`, precision: 1, recall: 1, support: 10 },
      f1: n % 7 === 3 ? 0.1 * (n / 7) : 1,
    }));

  test("has all of few classes in their order", () => {
    expect(classLines(metricsOf({ labels, classes }, evaluationOf(rows)).perClass)).toEqual([
      "class by class:",
      "class  precision    recall        F1  pictures",
      "  ant    50.00 %  100.00 %   66.67 %         1",
      "  bee   100.00 %   50.00 %   66.67 %         2",
      "  cat   100.00 %  100.00 %  100.00 %         1",
    ]);
  });

  test("has the weakest of many, and counts the others; classes without pictures and answers are not weak", () => {
    const many = [...made(30), { class: "none", precision: 0, recall: 0, f1: 0, support: 0 }];
    const lines = classLines(many);
    expect(lines[0]).toBe("the 20 classes with the lowest F1:");
    expect(lines.slice(2, 6).map((line) => line.trim().split("  ")[0])).toEqual([
      "class 3",
      "class 10",
      "class 17",
      "class 24",
    ]);
    expect(lines).toHaveLength(23);
    expect(lines[22]).toBe("and 11 more classes; --json has all");
    expect(lines.join()).not.toContain("none");
  });
});

describe("chainrule evaluate", () => {
  const cwd = temporaryFolder();
  const at = (...path: string[]) => join(cwd, ...path);
  const run = (...args: string[]) => chainrule(["evaluate", "m.safetensors", "set", ...args], { cwd });

  beforeAll(() => {
    // Answers "bright" with a picture's brightness.
    const description: Description = {
      architecture: [["Flatten"], ["Linear", 64, 2]],
      ...{ input: [1, 8, 8], classes: ["bright", "dark"], framing: "plain", seed: 1 },
      normalisation: { mean: [0.5], std: [0.5] },
    };
    const weight = Float32Array.from({ length: 128 }, (_, i) => (i < 64 ? 1 : -1) / 32);
    const tensors = { "1.weight": tensor(weight, { shape: [2, 64] }), "1.bias": tensor(new Float32Array(2)) };
    writeFileSync(at("m.safetensors"), writeModel(description, new Map(Object.entries(tensors))));
    for (const [name, level] of [
      ["bright/a, b.png", 250],
      ["bright/c.png", 60],
      ["dark/d.png", 10],
    ] as const) {
      const png = new PNG({ width: 8, height: 8 });
      for (let i = 0; i < 64; i++) png.data.set([level, level, level, 255], 4 * i);
      mkdirSync(at("set", name.split("/")[0]), { recursive: true });
      writeFileSync(at("set", name), PNG.sync.write(png));
    }
  });

  test("shows the figures with --metrics, and the table of its answers has the true classes", async () => {
    const { code, stdout, stderr } = await run("--metrics", "--top", "1", "--csv", "a.csv");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^test accuracy 66\.67 %\nthe right class is the likeliest for 66\.67 %\n/m);
    expect(stdout).toMatch(/^balanced accuracy {2}75\.00 %\n/m);
    expect(stdout).toMatch(/^class by class:\n {1,}class {2}precision/m);
    expect(stdout).toContain("a.csv is written: 3 lines");
    const lines = readFileSync(at("a.csv"), "utf8").split("\r\n");
    expect(lines[0]).toBe("file,class,probability,truth,class_1,probability_1,error");
    expect(lines.slice(1, 4).map((line) => line.replace(/0\.\d+/g, "p"))).toEqual([
      '"set/bright/a, b.png",bright,p,bright,bright,p,',
      "set/bright/c.png,dark,p,bright,dark,p,",
      "set/dark/d.png,dark,p,dark,dark,p,",
    ]);
  });

  test("has them in its JSON always, and refuses what cannot be before any picture is read", async () => {
    const told = events(await run("--json")).find(({ event }) => event === "test");
    expect(told?.metrics).toMatchObject({ balancedAccuracy: 0.75, topK: null, perClass: [{ class: "bright" }, {}] });
    for (const [args, words] of [
      [["--top", "3"], /^error: --top 3: the model has 2 classes; give a number from 1 to 2\n$/],
      [["--csv", "m.safetensors"], /^error: --csv m\.safetensors: exists and is not a table/],
      [["--csv", "no/a.csv"], /^error: no\/a\.csv: /],
      [["--top", "0"], /Give a whole number from 1/],
    ] as const) {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(words)]);
    }
  });
});
