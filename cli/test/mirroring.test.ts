// Whether training pictures are mirrored: decided by a trial, for classes that contain their mirror images, and for such that do not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { architectures } from "chainrule/model";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { type Decision, decideMirroring, mirror, swappedClasses } from "../src/train/mirroring.ts";
import type { Plan } from "../src/train/plan.ts";
import { chainrule, events } from "./command.ts";
import { writePictures } from "./pictures.ts";

const side = 12;

/** Pictures of a corner each, at a random place: its arms go to the left or right, up or down. */
function corners(
  classes: Readonly<Record<string, readonly (readonly [right: boolean, down: boolean])[]>>,
  each: number,
): Dataset {
  const names = Object.keys(classes);
  let state = 7;
  const below = (end: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  const bytes = new Uint8Array(names.length * each * side * side);
  const labels = new Int32Array(names.length * each);
  for (const [label, name] of names.entries())
    for (let i = 0; i < each; i++) {
      const n = label * each + i;
      labels[n] = label;
      const [right, down] = classes[name][below(classes[name].length)];
      const [x, y] = [right ? below(5) : side - 1 - below(5), down ? below(5) : side - 1 - below(5)];
      for (let k = 0; k < 7; k++) {
        bytes[(n * side + y) * side + x + (right ? k : -k)] = 255;
        bytes[(n * side + y + (down ? k : -k)) * side + x] = 255;
      }
    }
  return { images: tensor(bytes, { shape: [labels.length, 1, side, side] }), labels: tensor(labels), classes: names };
}

const plan: Plan = {
  model: "cnn",
  epochs: 40,
  batchSize: 16,
  lr: 0.003,
  seed: 0,
  validation: 0.1,
  patience: null,
  augment: null,
  folder: { size: null, skipBroken: false, dividedFrom: null },
};

async function decision(
  classes: Parameters<typeof corners>[0],
  {
    each = 60,
    ...changed
  }: { readonly each?: number; readonly signal?: AbortSignal; readonly validation?: null } & Partial<
    Omit<Plan, "validation">
  > = {},
): Promise<Decision | null> {
  const train = corners(classes, each);
  return decideMirroring({
    train,
    validation: changed.validation === null ? null : corners(classes, Math.ceil(each / 3)),
    description: {
      architecture: architectures.cnn([1, side, side], train.classes.length),
      input: [1, side, side],
      classes: train.classes,
      normalisation: { mean: [0.1], std: [0.3] },
      framing: "plain",
      seed: 0,
    },
    plan: { ...plan, ...changed, validation: 0.1 },
    signal: changed.signal ?? new AbortController().signal,
    onProgress: () => {},
  });
}

const upright = {
  up: [
    [false, false],
    [true, false],
  ],
  down: [
    [false, true],
    [true, true],
  ],
} as const;
const sided = {
  left: [
    [false, false],
    [false, true],
  ],
  right: [
    [true, false],
    [true, true],
  ],
} as const;

describe("decideMirroring", () => {
  test("classes that contain their mirror images: mirrored, with the figures", async () => {
    const found = await decision(upright);
    expect(found).toMatchObject({ flip: true, trial: { epochs: 10, swapped: null } });
    expect(found?.words).toMatch(
      /^half of the pictures are mirrored: a trial net of 10 epochs recognised \d+ % of the validation pictures and \d+ % of mirror images \(--no-flip mirrors none\)$/,
    );
  });

  test("classes that are mirror images of each other: not mirrored, and they are named", async () => {
    const found = await decision(sided);
    expect(found).toMatchObject({ flip: false, trial: { swapped: ["left", "right"] } });
    expect(found?.words).toMatch(
      /^pictures are not mirrored: .* (\d) % of mirror images, and took those of "left" for "right", and the other way round \(--flip mirrors them anyway\)$/,
    );
  });

  test("two such classes among others are enough", async () => {
    const [left, right, up] = [[[false, true]], [[true, true]], upright.up] as const;
    expect(await decision({ left, right, up })).toMatchObject({ flip: false, trial: { swapped: ["left", "right"] } });
  });

  test("a net that learned nothing decides nothing, and a training that is too short is not tried", async () => {
    const found = await decision(upright, { lr: 1e-9, seed: 2 });
    expect(found).toMatchObject({ flip: false, trial: { epochs: 10 } });
    expect(found?.words).toMatch(
      /learned too little to tell: it recognised \d+ % of the validation pictures, and guessing \d+ % \(--flip/,
    );
    const short = await decision(upright, { epochs: 3, each: 60 });
    expect(short).toMatchObject({ flip: false, trial: null, words: expect.stringContaining("is too short to try it") });
  });

  test("where there is nothing to measure, nothing is tried, and the reason is said", async () => {
    expect(await decision(upright, { validation: null })).toMatchObject({
      flip: false,
      trial: null,
      words: expect.stringContaining("there are no validation pictures to decide it by"),
    });
    expect(await decision(upright, { folder: null })).toMatchObject({ flip: false, trial: null });
    const divergent = await decision(upright, { lr: 1e30 });
    expect(divergent).toMatchObject({ flip: false, trial: null, words: expect.stringContaining("did not learn") });
  });

  test("the signal stops it", async () => {
    expect(await decision(upright, { signal: AbortSignal.abort() })).toBeNull();
  });

  test("mirror reverses each row; swappedClasses needs both directions, and classes that are recognised", () => {
    const data = {
      images: tensor(Uint8Array.of(1, 2, 3, 4, 5, 6), { shape: [1, 2, 1, 3] }),
      labels: tensor(Int32Array.of(0)),
      classes: ["a"],
    };
    expect([...mirror(data).images.data]).toEqual([3, 2, 1, 6, 5, 4]);
    const right = [
      [9, 1],
      [1, 9],
    ];
    expect(
      swappedClasses(right, [
        [2, 8],
        [7, 3],
      ]),
    ).toEqual([0, 1]);
    expect(
      swappedClasses(right, [
        [2, 8],
        [3, 7],
      ]),
    ).toBeNull();
    expect(
      swappedClasses(
        [
          [4, 6],
          [1, 9],
        ],
        [
          [2, 8],
          [7, 3],
        ],
      ),
    ).toBeNull();
    expect(
      swappedClasses(
        [
          [3, 0],
          [0, 3],
        ],
        [
          [0, 3],
          [3, 0],
        ],
      ),
    ).toBeNull();
  });
});

describe("chainrule train", () => {
  const cwd = temporaryFolder();
  const train = (...more: string[]) =>
    chainrule(
      ["train", "pictures", "--epochs", "8", "--batch-size", "4", "--json", "--out", "m.safetensors", ...more],
      { cwd },
    );
  const model = () => readFileSync(join(cwd, "m.safetensors"));
  beforeAll(() => {
    writePictures(join(cwd, "pictures"), { classes: ["across", "along"], each: 20, coloured: true });
  });

  test("the decision is said, and the file is the same as with the option that says it; resuming does not decide again", async () => {
    const decided = await train();
    expect(decided.code, decided.stderr).toBe(0);
    const [start] = events(decided);
    const { flip } = start.augment as { flip: boolean };
    expect(start.mirroring).toMatchObject({ epochs: 2, seen: expect.any(Number), flipped: expect.any(Number) });
    expect(decided.stderr).toMatch(
      /^(half of the pictures are|pictures are not) mirrored: a trial net of 2 epochs .*\(--/m,
    );
    const file = model();
    const named = await train(flip ? "--flip" : "--no-flip");
    expect(events(named)[0].mirroring).toBeNull();
    expect(named.stderr).not.toContain("a trial net");
    expect(model().equals(file)).toBe(true);

    // The second training replaced the file of the first, and was tested with the same pictures.
    const accuracy = (100 * Number(events(decided).at(-1)?.testAccuracy)).toFixed(2);
    expect(decided.stderr).not.toContain("replaced");
    expect(named.stderr).toMatch(
      /^m\.safetensors \(\d{4}-\d\d-\d\d, test accuracy [\d.]+ %\) will be replaced; --out /m,
    );
    expect(named.stderr).toContain(`as good as the model that was replaced: ${accuracy} % of the same test pictures`);
    expect(events(named)[0].replaces).toEqual({
      date: expect.any(String),
      testAccuracy: events(decided).at(-1)?.testAccuracy,
    });

    const resumed = await train("--resume", "m.safetensors", "--epochs", "9");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(events(resumed)[0]).toMatchObject({ augment: start.augment, mirroring: null });
  });

  test("each change by its name; the others keep their defaults, or stay away where nothing is changed by default", async () => {
    const [start] = events(await train("--shift", "2", "--rotate", "0", "--erase", "0.3", "--no-flip"));
    expect(start.augment).toEqual({ shift: 2, rotate: 0, crop: 0.1, erase: 0.3, flip: false });
  });

  test.each([
    [["--no-augment", "--flip"], /--no-augment: switches all changes off, but --flip asks for one; leave/],
    [["--no-augment", "--shift", "2", "--crop", "0.2"], /but --shift 2 and --crop 0\.2 ask for one/],
    [["--shift", "16"], /--shift 16: would move pictures of 16×16 out of sight; give at most 15/],
    [["--crop", "0.95"], /--crop <fraction>' argument '0\.95' is invalid.*0 to 0\.9/],
    [["--rotate", "-3"], /--rotate <degrees>' argument '-3' is invalid/],
  ] as const)("%j is refused", async (options, message) => {
    const { code, stderr } = await chainrule(["train", "pictures", ...options, "--out", "n.safetensors"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
