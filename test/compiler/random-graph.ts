// Valid graphs over the whole op table, from a seed: what compilers are tried on. Shapes have up to four dims, with sizes of 0, 1
// and sometimes up to 70, so that vectors have tails and tiles have edges; operands meet by views, copies and casts; nodes are
// shared; several are results or become what a state holds. Numbers are mostly moderate, now and then NaN, ±∞, -0 or tiny.
import { type OpName, ops } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Draw } from "../tensor/draw.ts";
import { Growth, type Trial } from "./random-growth.ts";
import { idioms } from "./random-idioms.ts";
import { builders } from "./random-ops.ts";

const names = Object.keys(ops) as readonly OpName[];

/** Nothing grows on larger tensors than this. */
const largest = 3000;

/** Some ops, each over what is there or over new inputs. */
export function randomGraph(draw: Draw): Trial {
  const growth = new Growth(draw);
  for (let count = draw.whole(1, 3); count > 0; count--) growth.fresh();
  for (let count = draw.pick([1, 3, 6, 10, 15, 25]); count > 0; count--) {
    const made = draw.unit() < 0.2 ? draw.pick(idioms)(growth) : builders[draw.pick(names)](growth);
    if (made && sizeOf(made.shape) > largest) break;
  }
  return growth.finish();
}
