// A digit is found on its paper: what frames, lines and light do to the picture is not seen in the result.
import { frame, type Picture } from "chainrule/data";
import { describe, expect, it } from "vitest";
import { draw, frameAt, type Look, ruled } from "../drawn-digits.ts";

const framed = (picture: Picture) => frame(picture, { shape: [1, 28, 28], framing: "digit" });

/** The mean difference of two results' levels, 255 where one is null; one may be moved by a pixel, as a centre between two pixels is. */
function difference(a: Uint8Array | null, b: Uint8Array | null): number {
  if (a === null || b === null) return 255;
  const moves = [-29, -28, -27, -1, 0, 1, 27, 28, 29];
  return Math.min(
    ...moves.map((move) => a.reduce((sum, level, i) => sum + Math.abs(level - (b[i + move] ?? 0)), 0) / 784),
  );
}

const full: Look = { field: [-50, -45, 290] };
const thin = frameAt(6, 2);

describe("the same digit is found", () => {
  it.each<[string, Look]>([
    ["in a thin frame", { around: [thin] }],
    ["in a frame with gaps", { around: [{ lines: thin.lines.slice(1), thick: 2 }] }],
    ["in the dark border of a scan", { around: [frameAt(0, 24)] }],
    ["on ruled paper", { around: [ruled("lines", 22, 1.2, 0xb0c0e0)] }],
    ["on squared paper", { around: [ruled("squares", 14, 1, 0xb0c0e0)] }],
    [
      "beside specks",
      {
        around: [
          {
            lines: [
              [
                [20, 20],
                [22, 20],
              ],
              [
                [180, 170],
                [181, 171],
              ],
            ],
            thick: 2,
          },
        ],
      },
    ],
    ["in a shadow with a sharp edge", { light: (x, y) => (x + y > 1.1 ? 0.5 : 1) }],
    ["in light from one side", { light: (x, y) => 1 - 0.65 * (0.6 * x + 0.4 * y) }],
  ])("%s", (_, look) => {
    for (let digit = 0; digit < 10; digit++)
      expect(difference(framed(draw(digit, look)), framed(draw(digit))), `digit ${digit}`).toBeLessThan(6);
  });

  it("in a frame, where it fills the picture to its edge", () => {
    for (let digit = 0; digit < 10; digit++) {
      const alone = framed(draw(digit, full));
      expect(alone, `digit ${digit}`).not.toBeNull();
      const small = framed(draw(digit, { ...full, field: [10, 12, 180], thick: 16 }));
      expect(difference(alone, small), `digit ${digit}`).toBeLessThan(25);
    }
  });
});

describe("parts of a digit are kept", () => {
  const lineOf = (x: number, top: number, bottom: number) => ({
    lines: [
      [
        [x, top],
        [x, bottom],
      ],
    ] as const,
    thick: 12,
  });
  it("a second stroke that touches nothing", () => {
    // A one beside a one: both columns of ink are there.
    const bytes = framed(draw(-1, { around: [lineOf(70, 50, 150), lineOf(130, 60, 140)] }));
    const row = Array.from(bytes?.subarray(14 * 28, 15 * 28) ?? []);
    expect(row.filter((level, x) => level > 128 && !(row[x - 1] > 128))).toHaveLength(2);
  });
  it("a frame without anything in it, which may be a zero", () => {
    expect(framed(draw(-1, { around: [frameAt(30, 10)] }))).not.toBeNull();
  });
});

it("there is no ink on empty paper, noisy or lit from one side", () => {
  expect(framed(draw(-1))).toBeNull();
  expect(framed(draw(-1, { noise: 12 }))).toBeNull();
  expect(framed(draw(-1, { noise: 3, light: (x) => 1 - 0.3 * x }))).toBeNull();
  expect(framed(draw(-1, { light: (x, y) => 1 - 0.65 * (0.6 * x + 0.4 * y) }))).toBeNull();
});
