// The table of lowerings: the ONNX nodes of each chainrule op. Regions (regions.ts) replace several ops by one ONNX op.
import { ChainruleError } from "chainrule";
import type { OpName } from "chainrule/compiler";
import type { Lowering } from "./lowering.ts";
import { contractions } from "./ops/contractions.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/indexing.ts";
import { movements } from "./ops/movement.ts";
import { reductions } from "./ops/reductions.ts";
import { sources } from "./ops/sources.ts";

const lowerings: { readonly [N in OpName]: Lowering<N> } = {
  ...sources,
  ...elementwise,
  ...movements,
  ...reductions,
  ...indexing,
  ...contractions,
  // The order of a graph's nodes is the runtime's affair.
  barrier: ({ inputs: [x] }) => x,
  scan: () => {
    throw new ChainruleError("internal", "internal", "a loop is written out before it is lowered");
  },
};

export const loweringOf = <N extends OpName>(op: N): Lowering<N> => lowerings[op];
