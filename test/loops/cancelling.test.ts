// What compilers of GPUs could cancel is hidden from them, and nothing else is.
import { expect, it } from "vitest";
import { Block } from "../../src/loops/block.ts";
import { add, constant, divide, load, mul, store, sub } from "../../src/loops/build.ts";
import { withoutCancelling } from "../../src/loops/cancelling.ts";
import type { Expression, Memory } from "../../src/loops/program.ts";
import { print } from "../../src/loops/text.ts";

const memory: Memory = { name: "x", element: "f32" };

const stored = (write: (block: Block, a: Expression, b: Expression) => Expression): string | undefined => {
  const block = new Block();
  const [a, b] = [block.let("a", load(memory, 0)), block.let("b", load(memory, 1))];
  block.add(store(memory, 2, write(block, a, b)));
  const routine = { name: "f", memories: [memory], parameters: [], body: block.statements };
  return print(withoutCancelling(routine)).split("\n").at(-1)?.replace("  x[2] = ", "");
};

it("sums and differences, products and quotients that have an operand in common", () => {
  expect(stored((block, a, b) => add(block.let("d", sub(a, b)), b))).toBe("exact(d) + b");
  expect(stored((block, a, b) => sub(block.let("s", add(a, b)), a))).toBe("exact(s) - a");
  expect(stored((block, a, b) => sub(a, block.let("d", sub(a, b))))).toBe("a - exact(d)");
  expect(stored((block, a, b) => divide(block.let("p", mul(a, b)), b))).toBe("exact(p) / b");
  expect(stored((block, a, b) => mul(a, block.let("q", divide(b, a))))).toBe("a * exact(q)");
  expect(stored((_, a, b) => add(sub(a, b), b))).toBe("exact(a - b) + b");
  expect(stored((_, a) => sub(add(a, constant("f32", 3)), constant("f32", 3)))).toBe("exact(a + 3) - 3");
});

it("others stay as they are", () => {
  expect(stored((block, a, b) => add(block.let("p", mul(a, b)), b))).toBe("p + b");
  expect(stored((block, a, b) => mul(block.let("d", sub(a, b)), b))).toBe("d * b");
  expect(stored((block, a, b) => add(block.let("d", sub(a, b)), 1))).toBe("d + 1");
});
