// The table of lowerings: each op of chainrule as StableHLO.
import type { OpName } from "chainrule/compiler";
import type { Body } from "./body.ts";
import { notAlone } from "./loops.ts";
import type { Call, Lowering } from "./lowering.ts";
import { contractions } from "./ops/contractions.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/indexing.ts";
import { movements } from "./ops/movement.ts";
import { reductions } from "./ops/reductions.ts";
import { sources } from "./ops/sources.ts";
import { sizeOf, typeText, type Value } from "./types.ts";

const lowerings = {
  ...sources,
  ...elementwise,
  ...movements,
  ...reductions,
  ...indexing,
  ...contractions,
  barrier: ({ inputs: [x, after] }, body) => {
    const text = `stablehlo.optimization_barrier ${x.name}, ${after.name} : ${typeText(x)}, ${typeText(after)}`;
    return body.lineOfSeveral(text, [x, after])[0];
  },
  scan: notAlone,
} satisfies { readonly [N in OpName]: Lowering<N> };

const entries: { readonly [N in OpName]: Lowering<N> } = lowerings;

/** Writes a node of this op. A result without elements is a constant, whatever the op is. */
export const lower = <N extends OpName>(op: N, call: Call<N>, body: Body): Value =>
  sizeOf(call.type.shape) === 0 ? body.constant(0, call.type) : entries[op](call, body);
