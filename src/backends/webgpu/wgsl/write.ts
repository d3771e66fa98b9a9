// Writes a dispatch as a WGSL module with the entry point `main`. Operand i is the array b{i} at binding i. All names follow from the program's
// form, not from the names of its buffers, so that dispatches that do the same have the same text.
import type { Memory, Statement } from "../../../loops/program.ts";
import { statementsIn } from "../../../loops/uses.ts";
import type { Dispatch } from "../../../schedule/gpu/dispatch.ts";
import { vectorMemories } from "./alignment.ts";
import { functionsText } from "./functions.ts";
import { Scope } from "./scope.ts";
import { StatementWriter } from "./statements.ts";
import { elementText } from "./types.ts";

/** The text of a dispatch's program. */
export function writeWgsl({ routine, operands, workgroupSize }: Dispatch): string {
  const { memories, parameters, body } = routine;
  const vectors = vectorMemories(routine);
  const scope = new Scope(routine, vectors);
  const declared = memories.map((memory, i) => {
    const access = operands[i].access === "read" ? "read" : "read_write";
    scope.declareMemory(memory, `b${i}`);
    return `@group(0) @binding(${i}) var<storage, ${access}> b${i}: array<${elementText(memory, vectors)}>;`;
  });
  const shared = sharedIn(body).map(({ memory, length }, i) => {
    scope.declareMemory(memory, `s${i}`);
    const count = vectors.has(memory) ? Math.ceil(length / 4) : length;
    return `var<workgroup> s${i}: array<${elementText(memory, vectors)}, ${count}>;`;
  });
  const places = ["group.x", "group.y", "group.z", "local.x", "local.y", "local.z"];
  const lines = new StatementWriter(scope);
  for (const [i, parameter] of parameters.entries())
    if (scope.isRead(parameter)) lines.line(`let ${scope.declare(parameter)} = i32(${places[i]});`);
  lines.statements(body);
  // A workgroup's place is far below 2³¹.
  const hidden = lines.lines.some((line) => line.includes("^ hidden")) ? ["  let hidden = group.x >> 31u;"] : [];
  return [
    ...declared,
    ...shared,
    ...scope.tables,
    ...functionsText(scope.functions),
    `@compute @workgroup_size(${workgroupSize.join(", ")})`,
    "fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {",
    ...hidden,
    ...lines.lines,
    "}",
    "",
  ].join("\n");
}

/** The declarations of memory that a workgroup shares. */
const sharedIn = (statements: readonly Statement[]): { readonly memory: Memory; readonly length: number }[] =>
  statements.flatMap((statement) => (statement.kind === "shared" ? [statement] : sharedIn(statementsIn(statement))));
