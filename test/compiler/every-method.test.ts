// What a user writes, right or wrong, is never answered with an internal error, and compiled as it is eagerly: every method, with every
// dtype, on numbers, vectors, matrices and what is empty.
import { ChainruleError, compile, grad, noGrad, Tensor, zeros } from "chainrule";
import { expect, it } from "vitest";
import { isFloating, describe as shown } from "../../src/tensor/dtype.ts";
import { everyMethod, everyTensor, tensorsIn } from "./every-method.ts";

interface Call {
  readonly text: string;
  readonly run: (x: Tensor) => Tensor[];
}

const textOf = (value: unknown): string =>
  value instanceof Tensor ? shown(value) : Array.isArray(value) ? `[${value.map(textOf).join()}]` : String(value);

function callsOf(x: Tensor): Call[] {
  return Object.entries(everyMethod).flatMap(([name, argumentLists]) =>
    argumentLists(x).map((args): Call => {
      const method: unknown = Reflect.get(Tensor.prototype, name);
      if (typeof method !== "function") throw new Error(`there is no method ${name}`);
      return {
        text: `${shown(x)}.${name}(${args.map(textOf).join(", ")})`,
        run: (own) =>
          tensorsIn(
            method.apply(
              own,
              args.map((arg) => (arg === x ? own : arg)),
            ),
          ),
      };
    }),
  );
}

/** d/dx of the sum of what it gives, where that has fractions. */
function gradientOf(run: Call["run"], x: Tensor): Tensor[] {
  const loss = (own: Tensor) =>
    run(own)
      .filter(({ dtype }) => isFloating(dtype))
      .reduce((sum, one) => sum.add(one.sum().to(x.dtype)), zeros([], { dtype: x.dtype }));
  return [grad(loss)(x)];
}

/** What it throws, null if it does not. */
function failure(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof ChainruleError)) return `not a ChainruleError: ${String(error)}`;
    return error.code === "internal" ? `internal: ${error.message}` : error.message;
  }
}

const isBug = (message: string | null): boolean => message !== null && /^(internal|not a Chainrule)/.test(message);

it.each(everyTensor().map((x) => [shown(x), x] as const))("of %s", (_, x) => {
  const wrong: string[] = [];
  const note = (text: string, words: string | null) => wrong.push(`${text}: ${words}`);
  const good: Call[] = [];
  for (const call of callsOf(x)) {
    const eager = failure(() => call.run(x));
    if (isBug(eager)) note(call.text, eager);
    if (eager === null) good.push(call);
    else {
      const compiled = failure(() => compile(call.run)(x));
      if (compiled !== eager && !/index|indices/.test(eager)) note(call.text, `compiled ${compiled}, eager ${eager}`);
    }
  }
  check(good, x, wrong);
  if (x.dtype === "float32") {
    const gradients = good.map(
      ({ text, run }): Call => ({ text: `the gradient of ${text}`, run: (own) => gradientOf(run, own) }),
    );
    for (const { text, run } of gradients) {
      const eager = failure(() => run(x));
      if (eager !== null) note(text, eager);
    }
    check(gradients, x, wrong);
  }
  expect(wrong).toEqual([]);
});

/** Compiles all calls as one program, and where that fails, each half. */
function check(calls: readonly Call[], x: Tensor, wrong: string[]): void {
  if (calls.length === 0) return;
  const compiled = compile((own: Tensor) => calls.map(({ run }) => run(own)));
  let results: Tensor[][] = [];
  const failed = failure(() => {
    results = noGrad(() => compiled(x));
  });
  if (failed !== null && calls.length === 1) wrong.push(`${calls[0].text}: compiled ${failed}`);
  else if (failed !== null) {
    const half = calls.length >> 1;
    check(calls.slice(0, half), x, wrong);
    check(calls.slice(half), x, wrong);
  } else {
    calls.forEach(({ text, run }, i) => {
      const expected = run(x);
      if (!agree(results[i], expected)) wrong.push(`${text}: compiled ${results[i]}, eager ${expected}`);
    });
  }
}

function agree(found: readonly Tensor[], expected: readonly Tensor[]): boolean {
  return (
    found.length === expected.length &&
    found.every((one, i) => {
      const other = expected[i];
      if (shown(one) !== shown(other)) return false;
      const allowed = one.dtype === "float64" || one.dtype === "float32" ? 1e-5 : 0;
      return one.data.every((value, k) => {
        const right = other.data[k];
        return (
          Object.is(value, right) ||
          value === right ||
          Math.abs(value - right) <= allowed * Math.max(1, Math.abs(right))
        );
      });
    })
  );
}
