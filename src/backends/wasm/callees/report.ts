// Reports an index that data decides and that is out of range. The kernel continues with index 0, and the program's table keeps the first
// failure; the program stops after this kernel.
import type { Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { table } from "../layout.ts";

/** Writes the function (table address, site index + 1, value of the index). */
export function writeReport(module: Module): WasmFunction {
  return module.function(
    "report",
    { parameters: ["i32", "i32", "i32"], results: [] },
    (code, tableAddress, site, value) => {
      // Several threads may fail at the same time; only the first one writes its value.
      code.get(tableAddress).i32(0).get(site).memory("i32.atomic.rmw.cmpxchg", table.failure).op("i32.eqz");
      code.if(() => code.get(tableAddress).get(value).memory("i32.store", table.value));
    },
  );
}
