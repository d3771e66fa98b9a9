// What a user writes, right or wrong, is never answered with an internal error, and compiled as it is eagerly: every method, with every
// dtype, on numbers, vectors, matrices and what is empty.
import { Tensor } from "chainrule";
import { expect, it } from "vitest";
import { describe } from "../../src/tensor/dtype.ts";
import { type Call, faultsOf, gradientOf } from "./both-ways.ts";
import { everyMethod, everyTensor, tensorsIn } from "./every-method.ts";

const textOf = (value: unknown): string =>
  value instanceof Tensor ? describe(value) : Array.isArray(value) ? `[${value.map(textOf).join()}]` : String(value);

function callsOf(x: Tensor): Call[] {
  return Object.entries(everyMethod).flatMap(([name, argumentLists]) =>
    argumentLists(x).map((args): Call => {
      const method: unknown = Reflect.get(Tensor.prototype, name);
      if (typeof method !== "function") throw new Error(`there is no method ${name}`);
      const run = (own: Tensor) =>
        tensorsIn(
          method.apply(
            own,
            args.map((arg) => (arg === x ? own : arg)),
          ),
        );
      return { text: `${describe(x)}.${name}(${args.map(textOf).join(", ")})`, inputs: [x], run };
    }),
  );
}

it.each(everyTensor().map((x) => [describe(x), x] as const))("of %s", (_, x) => {
  const { faults, good } = faultsOf(callsOf(x));
  expect(faults).toEqual([]);
  expect(good.length).toBeGreaterThan(100);
  if (x.dtype === "float32") expect(faultsOf(good.map(gradientOf)).faults).toEqual([]);
});
