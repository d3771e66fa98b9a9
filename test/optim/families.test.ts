// The optimisers beyond SGD and Adam, flags of groups, LBFGS and schedules, as PyTorch recorded them; and that a run which is saved and restored
// goes on with the same bits.
import * as chainrule from "chainrule";
import { compile, LBFGS, ReduceLROnPlateau, type Schedule, SGD, type Tensor, tensor, valueAndGrad } from "chainrule";
import { describe, expect, it } from "vitest";
import { type Argument, load, type OptimiserName, type ScheduleSpec } from "../fixtures/load.ts";
import { optimisers, runOptimiser } from "../fixtures/networks.ts";
import { restore } from "../fixtures/run.ts";
import { ways } from "../fixtures/ways.ts";

const recorded = load("further_optimisers");

describe("step by step as in PyTorch", () => {
  it.each(
    recorded.optimisers.map((c) => {
      const beside = `${c.groups ? `, in groups ${JSON.stringify(c.groups)}` : ""}${c.rates ? ", a tensor as lr" : ""}`;
      return [c.name, JSON.stringify(c.options) + beside, c.parameters[0].dtype, c] as const;
    }),
  )("%s %s in %s", (_, __, dtype, c) => {
    const runs = dtype === "float64" ? [ways.eager, ways.reference] : [ways.wasm];
    expect(runs.flatMap((run) => runOptimiser(c, run)).join("\n")).toBe("");
  });
});

const names: readonly OptimiserName[] = [
  ...(["Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "Rprop", "ASGD", "Adafactor", "Muon"] as const),
];

describe("a run that is saved and restored goes on with the same bits", () => {
  const begin = () =>
    tensor(
      [
        [1, -2, 0.5],
        [0.25, 3, -1],
      ],
      { requiresGrad: true },
    );

  /** Moves p by gradients that follow from the step, from step `from` to `to`. */
  function move(p: Tensor, optimizer: chainrule.Optimizer, from: number, to: number): void {
    const step = compile((shift: Tensor) => {
      optimizer.zeroGrad();
      p.sub(shift).square().mul(p.sin()).sum().backward();
      optimizer.step();
    });
    for (let i = from; i < to; i++) step(tensor(Math.sin(i)));
  }

  it.each(names)("%s", (name) => {
    const whole = begin();
    const wholeOptimizer = optimisers[name]([whole], {});
    move(whole, wholeOptimizer, 0, 6);
    const first = begin();
    const firstOptimizer = optimisers[name]([first], {});
    move(first, firstOptimizer, 0, 3);
    const second = first.detach();
    second.requiresGrad = true;
    const secondOptimizer = optimisers[name]([second], { lr: 0.5 });
    secondOptimizer.loadStateDict(firstOptimizer.stateDict());
    move(second, secondOptimizer, 3, 6);
    expect([...second.data]).toEqual([...whole.data]);
    expect([...secondOptimizer.stateDict()].map(([key, value]) => [key, [...value.data]])).toEqual(
      [...wholeOptimizer.stateDict()].map(([key, value]) => [key, [...value.data]]),
    );
  });
});

/** Rosenbrock's function of each row, summed. */
function rosenbrock(p: Tensor): Tensor {
  const [a, b] = [p.slice(null, 0), p.slice(null, 1)];
  return b.sub(a.square()).square().mul(100).add(a.sub(1).square()).sum();
}

describe("LBFGS", () => {
  function prepared(start: Tensor, options: object, run = ways.eager) {
    const p = start.detach();
    p.requiresGrad = true;
    const optimizer = new LBFGS([p], options);
    const evaluate = run((x: Tensor) => valueAndGrad(rosenbrock)(x));
    const closure = () => {
      const { value, grads } = evaluate(p);
      p.grad = grads[0];
      return value;
    };
    return { p, optimizer, closure };
  }

  it.each(recorded.quasiNewton.map((c) => [JSON.stringify(c.options), c] as const))(
    "follows PyTorch's losses and evaluations, %s",
    (_, { options, start, steps }) => {
      for (const run of options.lineSearchFn ? [ways.eager, ways.wasm] : [ways.eager]) {
        const { p, optimizer, closure } = prepared(restore(start), options, run);
        for (const step of steps) {
          const loss = optimizer.step(closure).item();
          // Each step multiplies rounding errors.
          expect(Math.abs(loss - step.loss)).toBeLessThanOrEqual(1e-6 * Math.abs(step.loss) + 1e-12);
          step.parameters.data.forEach((value, i) => {
            expect(Math.abs(p.data[i] - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
          });
          expect(optimizer.stateDict().get("state.0.func_evals")?.item()).toBe(step.evaluations);
        }
      }
    },
  );

  it("goes on with the same bits from a saved state", () => {
    const start = tensor(
      [
        [-1.5, 2],
        [0.25, -0.5],
      ],
      { dtype: "float64" },
    );
    const options = { maxIter: 3, lineSearchFn: "strongWolfe" };
    const whole = prepared(start, options);
    for (let i = 0; i < 4; i++) whole.optimizer.step(whole.closure);
    const first = prepared(start, options);
    for (let i = 0; i < 2; i++) first.optimizer.step(first.closure);
    const second = prepared(first.p, options);
    second.optimizer.loadStateDict(
      JSON.parse(JSON.stringify([...first.optimizer.stateDict().keys()])) && first.optimizer.stateDict(),
    );
    for (let i = 0; i < 2; i++) second.optimizer.step(second.closure);
    expect([...second.p.data]).toEqual([...whole.p.data]);
  });

  it("refuses states that do not fit, and changes nothing", () => {
    const one = prepared(tensor([[1, 2]]), {});
    one.optimizer.step(one.closure);
    const state = one.optimizer.stateDict();
    const other = prepared(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      {},
    );
    const before = [...other.optimizer.stateDict().keys()];
    expect(() => other.optimizer.loadStateDict(state)).toThrow(
      "loadStateDict: state.0.d is float32[2], and should be [4]",
    );
    expect(() => one.optimizer.loadStateDict(new Map([...state, ["state.0.more", tensor(1)]]))).toThrow(
      "state.0.more is not part of this optimiser",
    );
    expect([...other.optimizer.stateDict().keys()]).toEqual(before);
  });

  it("says what it needs: a closure, one group, no trace", () => {
    const { p, optimizer, closure } = prepared(tensor([[1, 2]]), {});
    expect(() => optimizer.step()).toThrow("step: LBFGS computes the loss several times, so pass a closure");
    expect(() => compile(() => optimizer.step(closure))()).toThrow("not while compile traces a function");
    expect(() => new LBFGS([{ parameters: [p], weightDecay: 1 }] as never)).toThrow("cannot have its own weightDecay");
  });
});

it("groups have those settings of their own that their optimiser has", () => {
  const parameters = [tensor([1], { requiresGrad: true })];
  expect(() => new SGD([{ parameters, amsgrad: true }], { lr: 1 })).toThrow(
    "SGD: group 0 cannot have its own amsgrad, only parameters, lr, weightDecay, maximize",
  );
});

describe("learning rates as PyTorch's schedulers set them", () => {
  const makers = chainrule as unknown as Record<string, (options: unknown) => Schedule>;
  const isSpec = (value: Argument): boolean => typeof value === "object" && value !== null && "options" in value;
  function make({ name, options }: ScheduleSpec): Schedule {
    const revived = Object.entries(options).map(([key, value]) => [
      key,
      Array.isArray(value) && value.every(isSpec) ? value.map((one) => make(one as ScheduleSpec)) : value,
    ]);
    return makers[name](Object.fromEntries(revived));
  }

  it.each(recorded.schedules.map((c) => [c.name, JSON.stringify(c.options), c] as const))("%s %s", (_, __, c) => {
    const schedule = make(c);
    for (const [step, rate] of c.rates.entries()) expect(Math.abs(schedule(step) - rate)).toBeLessThan(1e-13);
  });

  it.each(recorded.plateaus.map((c) => [JSON.stringify(c.options), c] as const))("ReduceLROnPlateau %s", (_, c) => {
    const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: c.lr });
    let watcher = new ReduceLROnPlateau(optimizer, c.options);
    for (const [i, measure] of c.measures.entries()) {
      watcher.step(i % 2 === 0 ? measure : tensor(measure, { dtype: "float64" }));
      expect(Math.abs(optimizer.lr - c.rates[i])).toBeLessThan(1e-15);
      // Another one goes on from its state.
      const next = new ReduceLROnPlateau(optimizer, c.options);
      next.loadStateDict(watcher.stateDict());
      watcher = next;
    }
  });
});
