// Valid random graphs over the whole op table, from a seed, to test compilers with. Shapes have up to four dims, with sizes of 0, 1 and
// sometimes up to 70, so that vectors have tails and tiles have edges. Operands get a common shape and dtype by views, copies and casts;
// nodes are shared; several nodes are results or new contents of states. Most numbers are moderate, some are NaN, ±∞, -0 or tiny.
import { type OpName, ops } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Draw } from "../tensor/draw.ts";
import { Growth, type Trial } from "./random-growth.ts";
import { idioms } from "./random-idioms.ts";
import { builders } from "./random-ops.ts";

const names = Object.keys(ops) as readonly OpName[];

/** Tensors of more elements are not used as operands. */
const maxOperandElements = 3000;

/** A graph of several random ops, each over existing nodes or new inputs. */
export function randomGraph(draw: Draw): Trial {
  const growth = new Growth(draw);
  for (let count = draw.whole(1, 3); count > 0; count--) growth.fresh();
  for (let count = draw.pick([1, 3, 6, 10, 15, 25]); count > 0; count--) {
    const made = draw.unit() < 0.2 ? draw.pick(idioms)(growth) : builders[draw.pick(names)](growth);
    if (made && sizeOf(made.shape) > maxOperandElements) break;
  }
  return growth.finish();
}
