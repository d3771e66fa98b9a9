// Convolutions with epilogues have the results of the interpreter of kernels, in every layout. Operands are small integers, so that sums are
// exact and results equal to the bit.
import { describe, it } from "vitest";
import { type Convolution, type Epilogue, productLines } from "../../../src/compiler/kernel.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";
import { at, check, Finish, numbers, stored, whole } from "./epilogues.ts";
import { buffer, expectSame } from "./one-kernel.ts";

interface Images {
  readonly batch?: number;
  readonly groups?: number;
  readonly channels?: number;
  readonly outputs?: number;
  readonly size?: readonly [number, number];
  readonly taps?: readonly [number, number];
  readonly positions: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly padding?: readonly [number, number];
  readonly inputDilation?: readonly [number, number];
}

/** Row-major x [image, group, channel, row, column] and w [group, output, channel, row, column]. */
function convolution(images: Images, epilogueOf: (shape: readonly number[]) => Epilogue): Convolution {
  const one = [1, 1] as const;
  const all = { batch: 2, groups: 1, channels: 3, outputs: 5, size: [6, 7] as const, taps: [3, 3] as const, ...images };
  const { batch, groups, channels, outputs, size, taps, positions } = all;
  const shape = [batch, groups, outputs, ...positions];
  return {
    kind: "convolution",
    ...productLines,
    name: "convolution",
    axes: shape.map((size) => ({ size, kind: "each" })),
    ...{ channels, size, kernel: taps, stride: images.stride ?? one, padding: images.padding ?? [0, 0] },
    ...{ inputDilation: images.inputDilation ?? one, kernelDilation: one },
    x: whole(buffer("a0", [batch, groups, channels, ...size])),
    w: whole(buffer("a1", [groups, outputs, channels, ...taps])),
    epilogue: epilogueOf(shape),
  };
}

const instances: Record<string, Images> = {
  "3×3": { positions: [4, 5] },
  padded: { padding: [1, 1], positions: [6, 7] },
  "stride 2": { padding: [1, 1], stride: [2, 2], positions: [3, 4] },
  "its gradient": { inputDilation: [2, 2], padding: [2, 2], positions: [13, 14], size: [6, 6] },
  groups: { groups: 3, channels: 2, outputs: 4, positions: [4, 5] },
  "one position": { size: [3, 3], outputs: 19, positions: [1, 1], batch: 9 },
  "a gradient of a kernel": { size: [30, 30], taps: [28, 28], positions: [3, 3], channels: 2, outputs: 9 },
  "1×1": { taps: [1, 1], positions: [6, 7], channels: 9 },
  depthwise: { groups: 3, channels: 1, outputs: 1, padding: [1, 1], size: [9, 14], positions: [9, 14] },
  "many small images": { batch: 20, channels: 16, outputs: 7, padding: [1, 1], size: [4, 5], positions: [4, 5] },
  "nothing to sum": { channels: 0, positions: [4, 5] },
  "no images": { batch: 0, positions: [4, 5] },
};

describe.each(Object.keys(instances))("the epilogue of a convolution: %s", (name) => {
  const instance = instances[name];
  const strides = (shape: readonly number[], order: readonly number[]) => {
    const result = shape.map(() => 0);
    let step = 1;
    for (const axis of order.toReversed()) {
      result[axis] = step;
      step *= Math.max(shape[axis], 1);
    }
    return result;
  };

  it("is only a store, in each layout", () => {
    for (const order of [
      [0, 1, 2, 3, 4],
      [0, 3, 4, 1, 2],
      [4, 3, 2, 1, 0],
    ])
      check(convolution(instance, (shape) => stored(at(buffer("t0", [sizeOf(shape)]), strides(shape, order)))));
  });

  it("bias, relu and mask, channels first and last", () => {
    for (const order of [
      [0, 1, 2, 3, 4],
      [0, 3, 4, 1, 2],
    ]) {
      check(
        convolution(instance, (shape) => {
          const finish = new Finish();
          const bias = finish.load(at(buffer("s0", shape.slice(1, 3)), [0, shape[2], 1, 0, 0]));
          const sum = finish.op("add", [0, bias]);
          const zero = finish.constant(0);
          finish.store(
            at(buffer("t0", [sizeOf(shape)], "bool"), strides(shape, order)),
            finish.op("lt", [zero, sum], "bool"),
          );
          return finish.store(
            at(buffer("t1", [sizeOf(shape)]), strides(shape, order)),
            finish.op("maximum", [sum, zero]),
          );
        }),
      );
    }
  });

  it("several functions and stores, of GELU and of what its gradient needs, channels first and last", () => {
    for (const order of [
      [0, 1, 2, 3, 4],
      [0, 3, 4, 1, 2],
    ]) {
      const kernel = convolution(instance, (shape) => {
        const finish = new Finish();
        const bias = finish.load(at(buffer("s0", shape.slice(1, 3)), [0, shape[2], 1, 0, 0]));
        const ofRow = finish.load(at(buffer("s1", [shape[0], shape[3]]), [shape[3], 0, 0, 1, 0]));
        const ofColumn = finish.load(at(buffer("s2", [shape[4]]), [0, 0, 0, 0, 1]));
        const sum = finish.op("add", [finish.op("add", [0, bias]), finish.op("add", [ofRow, ofColumn])]);
        const x = finish.op("mul", [sum, finish.constant(0.05)]);
        const erf = finish.op("erf", [finish.op("mul", [x, finish.constant(Math.SQRT1_2)])]);
        const slope = finish.op("exp", [finish.op("neg", [finish.op("mul", [x, x])])]);
        const store = (name: string, value: number, dtype: DType = "float32") =>
          finish.store(at(buffer(name, [sizeOf(shape)], dtype), strides(shape, order)), value);
        store("t0", finish.op("mul", [x, finish.op("add", [erf, finish.constant(1)])]));
        store("t1", slope);
        return store("t2", finish.op("lt", [x, slope], "bool"), "bool");
      });
      check(kernel, 2 ** -22);
    }
  });

  it("an update in place, with momentum", () => {
    check(
      convolution(instance, (shape) => {
        const [weight, speed] = ["s0", "s1"].map((name) => whole(buffer(name, shape)));
        const finish = new Finish();
        const faster = finish.op("add", [finish.op("mul", [finish.load(speed), finish.constant(0.5)]), 0]);
        finish.store(speed, faster);
        return finish.store(
          weight,
          finish.op("sub", [finish.load(weight), finish.op("mul", [faster, finish.constant(0.25)])]),
        );
      }),
    );
  });

  it("stores only a mask; computes in float64; adds to an existing sum", () => {
    const check64 = (epilogueOf: (shape: readonly number[], finish: Finish) => Finish) =>
      check(convolution(instance, (shape) => epilogueOf(shape, new Finish())));
    check64((shape, finish) =>
      finish.store(whole(buffer("t0", shape, "bool")), finish.op("lt", [finish.constant(0), 0], "bool")),
    );
    check64((shape, finish) => finish.store(whole(buffer("t0", shape, "float64")), finish.op("cast", [0], "float64")));
    check64((shape, finish) => finish.store(whole(buffer("s0", shape)), 0, "add"));
  });
});

it("random convolutions, with a bias, a mask and a state", () => {
  for (let seed = firstSeed; seed < firstSeed + 80; seed++) {
    const draw = new Draw(seed);
    const pair = (low: number, high: number) => [draw.whole(low, high), draw.whole(low, high)] as const;
    const images: Images = {
      ...{ batch: draw.whole(1, 3), groups: draw.pick([1, 1, 2]), channels: draw.pick([1, 2, 5]) },
      ...{ outputs: draw.pick([1, 2, 4, 9]), size: pair(1, 7), taps: pair(1, 3), positions: pair(1, 9) },
      ...{ stride: pair(1, 2), padding: pair(-1, 3), inputDilation: draw.pick([[1, 1], pair(1, 3)] as const) },
    };
    const kernel = convolution(images, (shape) => {
      const finish = new Finish();
      let sum = finish.op("add", [0, finish.load(at(buffer("a2", shape.slice(1, 3)), [0, shape[2], 1, 0, 0]))]);
      for (let i = draw.pick([0, 0, 12]); i > 0; i--) sum = finish.op("neg", [sum]);
      const weight = whole(buffer("s0", shape));
      finish.store(whole(buffer("t0", shape, "bool")), finish.op("lt", [sum, finish.constant(1)], "bool"));
      return finish.store(weight, finish.op("sub", [finish.load(weight), sum]));
    });
    try {
      expectSame(kernel, numbers(kernel, seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
    }
  }
});
