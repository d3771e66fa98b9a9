// A place that data decided may be outside of its buffer. Kernels then go on with place 0, and the failure stands in the table, the
// first one only, for the program to stop after this kernel.
import type { Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { table } from "../layout.ts";

/** (table, site + 1, value) */
export function writeReport(module: Module): WasmFunction {
  return module.function("report", { parameters: ["i32", "i32", "i32"], results: [] }, (code, words, site, value) => {
    // Several threads may fail at once: the first one alone leaves its value.
    code.get(words).i32(0).get(site).memory("i32.atomic.rmw.cmpxchg", table.failure).op("i32.eqz");
    code.if(() => code.get(words).get(value).memory("i32.store", table.value));
  });
}
