// The gradient of a depthwise kernel: for each group a few long sums of x · w, where x is shifted by the position. A vector holds four
// neighbouring columns of w, so a sum has four parts, by column modulo 4. Each part is summed over channels, pairs of rows, columns, and
// the two rows of a pair, in this order; at the end the sum is (part 0 + part 1) + (part 2 + part 3).

import { placeOf } from "../../../schedule/products/convolution/padding.ts";
import { reach } from "../../../schedule/products/convolution/positions-plan.ts";
import type { GradientPlan } from "../../../schedule/products/depthwise/gradient-plan.ts";
import { rowsOfTile } from "../../../schedule/products/depthwise/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps, setCount } from "./addressing.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writePad } from "./pad.ts";
import { advance, multiplyAdd, repeat, storeStrided } from "./tile.ts";

const bytes = 4;
const vector = 4 * bytes;

/** Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. */
export function writeDepthwiseGradient(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: GradientPlan,
): WasmFunction {
  const { batch, channels, outputs, kernel, positions, stride, kernelDilation, padding, x, w, y } = spec;
  const { rows: read } = plan;
  const area = positions[0] * positions[1];
  const pad = read.padding && writePad(module, `${name}.pad`, read.padding);
  const sums = plan.parts.map((_, part) => writePart(module, `${name}.${part}`, spec, plan, part));
  const finish = writeFinish(module, `${name}.finish`, spec);
  const parameters = Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, fromX, fromW, toY, scratch, unit, to, ...extras) => {
    const locals = Array.from({ length: 11 }, () => code.local("i32"));
    const [first, groups, end, group, image, channel, row, rows, output, patches, sum] = locals;
    const begin = () => code.get(scratch).i32(plan.sums).op("i32.add").set(sum);
    const eachGroup = (body: () => void) =>
      code.for(
        group,
        () => code.get(first),
        () => code.get(end),
        1,
        body,
      );
    const zero = () => code.i32(0);
    const add = (index: Local, elements: number) => addSteps(code, index, elements * bytes);
    const sumRows = () => {
      setCount(code, rows, row, read.rows, kernel[0]);
      code.get(fromX);
      add(group, x.group);
      add(image, x.image);
      add(channel, x.channel);
      if (pad) {
        code.get(scratch).get(row).i32(kernelDilation[0]).op("i32.mul").i32(padding[0]).op("i32.sub");
        const between = reach({ ...spec, kernel: positions, stride: kernelDilation, kernelDilation: stride }, 0);
        code.get(rows).i32(kernelDilation[0]).op("i32.mul").i32(between).op("i32.add").call(pad);
        code.get(scratch).set(patches);
      } else {
        add(row, kernelDilation[0] * x.row).set(patches);
        advance(code, patches, -(padding[0] * x.row + padding[1]) * bytes);
      }
      code.for(
        output,
        zero,
        () => code.i32(outputs),
        1,
        () => {
          for (const part of sums) {
            code.get(patches).get(fromW);
            add(group, w.group);
            add(output, w.output);
            add(channel, w.channel);
            add(row, w.row).get(sum).get(rows).call(part);
          }
          advance(code, sum, area * vector);
        },
      );
      // `sum` points to the group's first sums again.
      advance(code, sum, -outputs * area * vector);
    };
    code.for(
      unit,
      () => code.get(unit),
      () => code.get(to),
      1,
      () => {
        code.get(unit).i32(batch).op("i32.div_u").i32(plan.groups).op("i32.mul").set(first);
        code.get(unit).i32(batch).op("i32.rem_u").set(image);
        setCount(code, groups, first, plan.groups, spec.groups);
        code.get(first).get(groups).op("i32.add").set(end);
        begin();
        repeat(code, plan.groups * outputs * area, () => {
          code.get(sum).f32x4(0).memory("v128.store", 0, 2);
          advance(code, sum, vector);
        });
        code.for(
          channel,
          zero,
          () => code.i32(channels),
          1,
          () => {
            begin();
            eachGroup(() => {
              code.for(row, zero, () => code.i32(kernel[0]), read.rows, sumRows);
              advance(code, sum, outputs * area * vector);
            });
          },
        );
        begin();
        eachGroup(() => {
          code.get(sum).get(toY);
          add(group, y.group);
          add(image, y.image).get(image).get(group);
          for (const extra of extras) code.get(extra);
          code.call(finish);
          advance(code, sum, outputs * area * vector);
        });
      },
    );
  });
}

/**
 * Writes a function (patches, w, sums, rows) that adds `rows` rows of one channel to the sums of one output at the positions of one part.
 */
function writePart(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: GradientPlan,
  part: number,
): WasmFunction {
  const { kernel, kernelDilation, w } = spec;
  const places = plan.parts[part];
  const before = plan.parts.slice(0, part).reduce((sum, { length }) => sum + length, 0);
  const left = kernel[1] % 4;
  const parameters = Array.from({ length: 4 }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, patches, fromW, sums, rows) => {
    const acc = places.map(() => code.local("v128"));
    const [a, b, count] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const each = (body: (value: Local, offset: number) => void) => {
      for (const [i, value] of acc.entries()) body(value, (before + i) * vector);
    };
    each((value, offset) => code.get(sums).memory("v128.load", offset, 2).set(value));
    code.block((done) => {
      const products = writeProducts(code, spec, plan, places, acc, done);
      const addRows = (height: number) => {
        code.get(patches).set(a).get(fromW).set(b);
        repeat(code, Math.floor(kernel[1] / 4), () => {
          products(a, b, height, 4);
          advance(code, a, vector);
          advance(code, b, 4 * w.column * bytes);
        });
        if (left > 0) products(a, b, height, left);
        advance(code, patches, height * kernelDilation[0] * plan.rows.pitch * bytes);
        advance(code, fromW, height * w.row * bytes);
      };
      code.get(rows).i32(2).op("i32.div_u").set(count);
      repeat(code, count, () => addRows(2));
      code
        .get(rows)
        .i32(2)
        .op("i32.rem_u")
        .if(() => addRows(1));
    });
    each((value, offset) => code.get(sums).get(value).memory("v128.store", offset, 2));
  });
}

/** Returns a writer of one step of the sums: `height` rows of w by up to four columns, at b, times the patches at a. */
function writeProducts(
  code: Code,
  { positions, stride, kernelDilation, w, relaxed }: FinishedConvolution,
  { rows: { pitch } }: GradientPlan,
  places: GradientPlan["parts"][number],
  acc: readonly Local[],
  done: number,
): (a: Local, b: Local, height: number, lanes: number) => void {
  const ofW = [code.local("v128"), code.local("v128")];
  const ofX = code.local("v128");
  const padded = { phases: kernelDilation[1], phase: pitch / kernelDilation[1] };
  let barriers = 0;
  return (a, b, height, lanes) => {
    // Lanes past the last column are set to 0 in both factors, because memory there may hold infinities.
    const masked = (value: Local) => {
      const [first, second, third, fourth] = [0, 1, 2, 3].map((lane) => (lane < lanes ? -1 : 0));
      if (lanes < 4) code.get(value).int32s(first, second, third, fourth).op("v128.and").set(value);
    };
    for (const [row, value] of ofW.slice(0, height).entries()) {
      loadStrided(code, b, row * w.row * bytes, w.column, lanes, value);
      masked(value);
    }
    // Each vector of x, with the sums that it is added to and the rows of w that it is multiplied by.
    const read = rowsOfTile({ kernel: positions, stride: kernelDilation, kernelDilation: stride }, height);
    for (const { u, meets } of read) {
      for (let column = 0; column < positions[1]; column++) {
        const served = meets.flatMap(({ row, i }) => {
          const place = places.findIndex((other) => other.row === i && other.column === column);
          return place < 0 ? [] : [{ sum: acc[place], row }];
        });
        if (served.length === 0) continue;
        // A branch that is never taken keeps V8 from moving all loads to the front (see tile.ts).
        code.get(a).i32(-++barriers).op("i32.eq").brIf(done);
        loadStrided(code, a, (u * pitch + placeOf(padded, column * stride[1])) * bytes, 1, lanes, ofX);
        masked(ofX);
        for (const { sum, row } of served) multiplyAdd(code, ofX, ofW[row], sum, relaxed);
      }
    }
  };
}

/**
 * Loads up to four elements at pointer + offset, `apart` elements from each other, into `value`; neighbours are loaded as a whole vector.
 */
function loadStrided(code: Code, pointer: Local, offset: number, apart: number, lanes: number, value: Local): void {
  // The offset of a memory instruction cannot be negative.
  const address = (bytes: number) => {
    code.get(pointer);
    if (bytes < 0) code.i32(bytes).op("i32.add");
    return Math.max(bytes, 0);
  };
  if (apart === 1) {
    code.memory("v128.load", address(offset), 2).set(value);
    return;
  }
  code.memory("v128.load32_zero", address(offset)).set(value);
  for (let lane = 1; lane < lanes; lane++) {
    const at = address(offset + lane * apart * bytes);
    code.get(value).laneMemory("v128.load32_lane", lane, at).set(value);
  }
}

/** Writes a function (sums, y, image, group, ...extras) that adds the four parts of each sum, finishes the sums and stores them. */
function writeFinish(module: Module, name: string, spec: FinishedConvolution): WasmFunction {
  const { outputs, positions, y, finish, stores } = spec;
  const parameters = Array.from({ length: 4 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, sums, toY, image, group, ...extras) => {
    const [output, row, column, to] = Array.from({ length: 4 }, () => code.local("i32"));
    const [value, sum] = [code.local("v128"), code.local("v128")];
    const zero = () => code.i32(0);
    const finishLanes = (lanes: number) => {
      for (let lane = 0; lane < lanes; lane++) {
        const part = (i: number) => code.get(sum).lane("f32x4.extract_lane", i);
        code
          .get(sums)
          .memory("v128.load", lane * vector, 2)
          .set(sum)
          .get(value);
        part(0);
        part(1).op("f32.add");
        part(2);
        part(3).op("f32.add", "f32.add").lane("f32x4.replace_lane", lane).set(value);
      }
      finish?.(code, { value, image, group, output, row, column, apart: 1, lanes, extras });
      if (stores !== false) storeStrided(code, to, value, lanes, 0, y.column);
      advance(code, sums, lanes * vector);
      advance(code, to, lanes * y.column * bytes);
    };
    const left = positions[1] % 4;
    const finishRow = () => {
      code.get(toY);
      addSteps(code, output, y.output * bytes);
      addSteps(code, row, y.row * bytes).set(to);
      const whole = () => code.i32(positions[1] - left);
      if (positions[1] < 4) code.i32(0).set(column);
      else code.for(column, zero, whole, 4, () => finishLanes(4));
      if (left > 0) finishLanes(left);
    };
    code.for(
      output,
      zero,
      () => code.i32(outputs),
      1,
      () => code.for(row, zero, () => code.i32(positions[0]), 1, finishRow),
    );
  });
}
