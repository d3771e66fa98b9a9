// A drawing in an address: it arrives as it was drawn, to the grid's two units, and a text that is none is refused.
import { expect, it } from "vitest";
import { maxLetters, strokesOf, strokesText } from "../../src/share/strokes.ts";

const side = 280;
const seed = Date.now() % 2 ** 31;

/** Numbers below n, from a linear congruential generator. */
function randomOf(start: number): (n: number) => number {
  let state = start;
  return (n) => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * n);
  };
}

it("brings every drawing back, to half a step of the grid", () => {
  const below = randomOf(seed);
  for (let round = 0; round < 200; round++) {
    const strokes = Array.from({ length: 1 + below(4) }, () => {
      let [x, y] = [below(side), below(side)];
      return Array.from({ length: 1 + below(40) }, () => {
        const reach = below(10) === 0 ? 280 : 12;
        [x, y] = [x, y].map((at) => Math.min(side, Math.max(0, at + below(2 * reach + 1) - reach)));
        return [x, y] as const;
      });
    });
    const text = strokesText(strokes) ?? "";
    expect(encodeURIComponent(text)).toBe(text);
    const back = strokesOf(text, side) ?? [];
    expect(back.map((stroke) => stroke.length)).toEqual(strokes.map((stroke) => stroke.length));
    for (const [i, stroke] of strokes.entries())
      for (const [j, [x, y]] of stroke.entries())
        expect(Math.max(Math.abs(back[i][j][0] - x), Math.abs(back[i][j][1] - y)), `seed ${seed}`).toBeLessThanOrEqual(
          1,
        );
  }
});

it("is short: a digit of sixty points takes 122 letters", () => {
  const digit = [Array.from({ length: 60 }, (_, i) => [100 + i, 3 * i] as const)];
  expect(strokesText(digit)?.length).toBe(122);
});

it("says when a drawing does not fit, and refuses what is no drawing", () => {
  const long = [Array.from({ length: maxLetters }, (_, i) => [i % 200, 100] as const)];
  expect(strokesText(long)).toBe(null);
  for (const text of ["", "AAA", "AA!A", "AAAAA", "____", "AAAA.", "A".repeat(maxLetters + 1), "AAAAAAAA__"])
    expect([text, strokesOf(text, side)]).toEqual([text, null]);
});
