// Calls that users write, right or wrong, eager and compiled: what they throw and what they give has to be the same, and never an internal
// error. Those that succeed are compiled together, as one program.
import { ChainruleError, compile, grad, noGrad, type Tensor, zeros } from "chainrule";
import { describe, isFloating } from "../../src/tensor/dtype.ts";

export interface Call {
  readonly text: string;
  readonly inputs: readonly Tensor[];
  readonly run: (...inputs: Tensor[]) => readonly Tensor[];
}

/** d/dx of the sum of what it gives, where that has fractions, for the first input. */
export const gradientOf = ({ text, inputs, run }: Call): Call => ({
  text: `the gradient of ${text}`,
  inputs,
  run: (first, ...others) => {
    const loss = (x: Tensor) =>
      run(x, ...others)
        .filter(({ dtype }) => isFloating(dtype))
        .reduce((sum, one) => sum.add(one.sum().to(first.dtype)), zeros([], { dtype: first.dtype }));
    return [grad(loss)(first)];
  },
});

/** The message of what it throws, null if it does not. */
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

/** What is wrong with them; the calls that succeed. A compiled call may find a wrong index later, in other words. */
export function faultsOf(calls: readonly Call[]): { faults: string[]; good: Call[] } {
  const faults: string[] = [];
  const good: Call[] = [];
  for (const call of calls) {
    const eager = failure(() => call.run(...call.inputs));
    if (isBug(eager)) faults.push(`${call.text}: ${eager}`);
    if (eager === null) {
      good.push(call);
      continue;
    }
    const compiled = failure(() => compile(call.run)(...call.inputs));
    const isSame = compiled === eager || (/index|indices|label/.test(eager) && compiled !== null && !isBug(compiled));
    if (!isSame) faults.push(`${call.text}: compiled ${compiled}, eager ${eager}`);
  }
  compare(good, faults);
  return { faults, good };
}

/** Compiles all of them as one program, and where that fails, each half. */
function compare(calls: readonly Call[], faults: string[]): void {
  if (calls.length === 0) return;
  const inputs = [...new Set(calls.flatMap((call) => call.inputs))];
  const places = calls.map((call) => call.inputs.map((input) => inputs.indexOf(input)));
  const compiled = compile((...own: Tensor[]) =>
    calls.map(({ run }, i) => run(...places[i].map((place) => own[place]))),
  );
  let results: (readonly Tensor[])[] = [];
  const failed = failure(() => {
    results = noGrad(() => compiled(...inputs));
  });
  if (failed !== null && calls.length === 1) faults.push(`${calls[0].text}: compiled ${failed}`);
  else if (failed !== null) {
    const half = calls.length >> 1;
    compare(calls.slice(0, half), faults);
    compare(calls.slice(half), faults);
  } else {
    calls.forEach(({ text, run, inputs: own }, i) => {
      const expected = run(...own);
      if (!agree(results[i], expected)) faults.push(`${text}: compiled ${results[i]}, eager ${expected}`);
    });
  }
}

function agree(found: readonly Tensor[], expected: readonly Tensor[]): boolean {
  return found.length === expected.length && found.every((one, i) => agreeOn(one, expected[i]));
}

function agreeOn(found: Tensor, expected: Tensor): boolean {
  if (describe(found) !== describe(expected)) return false;
  const allowed = isFloating(found.dtype) ? 1e-5 : 0;
  return found.data.every((value, i) => {
    const right = expected.data[i];
    return (
      Object.is(value, right) || value === right || Math.abs(value - right) <= allowed * Math.max(1, Math.abs(right))
    );
  });
}
