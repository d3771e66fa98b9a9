// Evaluates a net on pictures that it has not learned from, and checks that they have the shape and the classes that it takes.
import type { Sequential } from "chainrule";
import type { Description } from "chainrule/model";
import type { Evaluation } from "chainrule/train";
import type { Pictures } from "../data-set.ts";
import { shapeOf } from "../pictures/shape.ts";
import { isReaderGone } from "../terminal/output.ts";
import { evaluateWhole } from "./whole-batches.ts";

/** The evaluation; null where the signal stopped it, or the reader of the output has gone. */
export async function judge(
  { net, description }: { readonly net: Sequential; readonly description: Description },
  data: Pictures,
  signal: AbortSignal,
): Promise<Evaluation | null> {
  try {
    const evaluation = await evaluateWhole({ net, description }, data, signal);
    return isReaderGone() ? null : evaluation;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}

/** The reason why the model cannot take the test pictures, with the cure; null where it can. */
export function checkFits(
  file: string,
  { input, classes }: Description,
  { name, test }: { readonly name: string; readonly test: Pictures },
): string | null {
  const [, ...shape] = shapeOf(test);
  const cure = `give data like those that it was trained on, or train a model on ${name}`;
  if (shape[0] !== input[0])
    return `${file}: takes pictures of ${channels(input[0])}, but those of ${name} have ${channels(shape[0])}; ${cure}`;
  if (shape.join() !== input.join())
    return `${file}: takes pictures of ${input.join("×")} (channels, height, width), but those of ${name} have ${shape.join("×")}; ${cure}`;
  if (test.classes.length !== classes.length)
    return `${file}: has ${classes.length} classes, but ${name} has ${test.classes.length}; ${cure}`;
  const other = test.classes.findIndex((called, n) => called !== classes[n]);
  if (other >= 0)
    return `${file}: its class ${other} is called "${classes[other]}", but that of ${name} "${test.classes[other]}"; ${cure}`;
  return null;
}

const channels = (count: number) => (count === 1 ? "1 channel (grey)" : `${count} channels (colour)`);
