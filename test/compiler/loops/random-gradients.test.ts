// Gradients through loops whose steps are random programs: compiled they are those of the steps one after the other. With FUZZ_SEED and
// FUZZ_COUNT others are tried.
import { compile, scan, stack, type Tensor, valueAndGrad } from "chainrule";
import { expect, it } from "vitest";
import { isFloating } from "../../../src/tensor/dtype.ts";
import { Draw } from "../../tensor/draw.ts";
import { programOf, smoothProgram, tensorOf } from "../../tensor/transforms/random-programs.ts";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 40);
const length = 3;

/** The loss of a loop over a random program as a function of a carry, of what is taken, and of all other floating inputs; null if there are too few. */
function lossOf(draw: Draw): { readonly loss: (...inputs: Tensor[]) => Tensor; readonly inputs: Tensor[] } | null {
  const { graph, args, states } = smoothProgram(draw);
  const program = programOf(graph);
  const all = [...args, ...states].map(tensorOf);
  const places = all.flatMap(({ dtype }, i) => (isFloating(dtype) ? [i] : []));
  if (places.length < 2 || all.some(({ size }) => size > 300)) return null;
  const [carried, taken, ...others] = places;
  const reverse = draw.unit() < 0.5;
  const loss = (init: Tensor, xs: Tensor, ...captured: Tensor[]): Tensor => {
    const [last, ys] = scan(
      (carry: Tensor, x: Tensor) => {
        const inputs = [...all];
        inputs[carried] = carry;
        inputs[taken] = x;
        others.forEach((place, i) => {
          inputs[place] = captured[i];
        });
        const results = program(inputs).filter(({ dtype, size }) => isFloating(dtype) && size > 0);
        const mixed = results.map((y) => y.tanh().mean()).reduce((sum, y) => sum.add(y), x.mean());
        return [carry.mul(0.5).add(mixed), results.map((y) => y.sin())];
      },
      init,
      xs,
      { reverse },
    );
    return ys.reduce((sum, y) => sum.add(y.square().sum()), last.sum());
  };
  const inputs = [
    all[carried],
    stack(Array.from({ length }, (_, step) => all[taken].mul(1 - step / 5))),
    ...others.map((place) => all[place]),
  ];
  return { loss, inputs };
}

/** What is wrong with a compiled gradient, in words; null if nothing is, and undefined if there is none to compare. */
function complaintAbout(draw: Draw, backend: "reference" | "wasm"): string | null | undefined {
  const trial = lossOf(draw);
  if (trial === null) return undefined;
  const whole = (...inputs: Tensor[]): Tensor[] => {
    const { value, grads } = valueAndGrad(trial.loss)(...inputs);
    return [value, ...grads];
  };
  const expected = whole(...trial.inputs);
  if (!expected.every(({ data }) => data.every(Number.isFinite))) return undefined;
  const found = compile(whole, { backend })(...trial.inputs);
  for (const [i, { data }] of expected.entries()) {
    const scale = Math.max(1, ...data.map(Math.abs));
    const at = data.findIndex((x, j) => !(Math.abs(x - found[i].data[j]) <= 1e-9 * scale));
    if (at >= 0)
      return `${backend}: ${i === 0 ? "value" : `gradient ${i - 1}`} is ${found[i].data[at]}, not ${data[at]}`;
  }
  return null;
}

it(`${count} loops of random programs from seed ${seed} have the gradients of their steps`, () => {
  let compared = 0;
  for (let at = seed; at < seed + count; at++) {
    for (const backend of ["reference", "wasm"] as const) {
      const complaint = complaintAbout(new Draw(at), backend);
      if (complaint === undefined) continue;
      expect(complaint, `seed ${at}`).toBeNull();
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(count / 2);
});
