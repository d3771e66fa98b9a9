// Vectors of up to four elements that are a fixed number of elements from each other in memory.
import type { Block } from "../../loops/block.ts";
import { add, constant, laneOf, load, store, storeLanes, withLane } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { Operand } from "./tile.ts";

/** The first `lanes` lanes; neighbours are loaded as a whole vector, otherwise the other lanes are 0. */
export function loadApart({ memory, first }: Operand, lanes: number, apart: number): Expression {
  if (apart === 1) return load(memory, first, "f32x4");
  let value = constant("f32x4", 0);
  for (let lane = 0; lane < lanes; lane++) value = withLane(value, lane, load(memory, add(first, lane * apart)));
  return value;
}

/** Stores the first `lanes` lanes. */
export function storeApart(
  block: Block,
  { memory, first }: Operand,
  value: Expression,
  lanes: number,
  apart: number,
): void {
  if (apart === 1) {
    block.add(storeLanes(memory, first, value, lanes));
    return;
  }
  const whole = block.named("sum", value);
  for (let lane = 0; lane < lanes; lane++) block.add(store(memory, add(first, lane * apart), laneOf(whole, lane)));
}
