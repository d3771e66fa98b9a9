// The programs of one function are bounded by their number and by their bytes; the least recently used goes first.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Found, Programs } from "../../src/compiler/programs.ts";
import type { Signature } from "../../src/compiler/structure.ts";

const signature = (key: string): Signature => ({ tensors: [], parts: [["argument 0", key]], key, recording: true });
const program = (key: string, bytes: number): Found => ({ key, recording: true, guards: [], bytes });

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((words: string) => warnings.push(words));
});
afterEach(() => vi.restoreAllMocks());

/** Finds each, or has it made. Gives those that had to be made. */
function call(programs: Programs<Found>, uses: readonly (readonly [key: string, bytes: number])[]): string[] {
  return uses.flatMap(([key, bytes]) => {
    if (programs.find(signature(key)) !== null) return [];
    programs.misses(signature(key));
    programs.add(program(key, bytes));
    return [key];
  });
}

it("small programs stay, large ones take their place, and one that is larger than the bound stays alone", () => {
  const programs = new Programs<Found>("f", { programs: 100, bytes: 10 });
  const small = ["a", "b", "c"].map((key) => [key, 3] as const);
  expect(call(programs, [...small, ...small])).toEqual(["a", "b", "c"]);
  // 9 + 4 bytes: a, the least recently used, goes
  expect(
    call(programs, [
      ["d", 4],
      ["b", 3],
      ["c", 3],
      ["a", 3],
    ]),
  ).toEqual(["d", "a"]);
  expect(
    call(programs, [
      ["huge", 99],
      ["huge", 99],
      ["c", 3],
      ["c", 3],
    ]),
  ).toEqual(["huge", "c"]);
});

it("what is dropped is counted, and what of it is traced again", () => {
  const programs = new Programs<Found>("forward", { programs: 2, bytes: Number.POSITIVE_INFINITY });
  for (let round = 0; round < 4; round++)
    call(
      programs,
      ["a", "b", "c"].map((key) => [key, 1] as const),
    );
  // The first drop and the tenth
  expect(warnings.length).toBe(2);
  expect(warnings[0]).toMatch(
    /^compile: forward has been traced for 3 signatures.*\b1\b.*\b0\b.*argument 0 varies: a, b, c/,
  );
  expect(warnings[1]).toMatch(/^compile: forward has been traced for 12 signatures.*\b10\b.*\b9\b/);
});
