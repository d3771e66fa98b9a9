// The texts of a few functions, exactly: `npx vitest run xla/test/texts.test.ts -u` records them again. XLA runs the same functions in
// xla/test/oracle.test.ts and xla/test/prove.ts.

import { Dropout, rand, type Tensor, zeros } from "chainrule";
import { argumentsOf, parse, statesOf } from "chainrule/compiler";
import { toStableHLO } from "chainrule-xla";
import { describe, expect, it } from "vitest";
import { write } from "../src/write.ts";
import { families } from "./families.ts";
import { nets } from "./nets.ts";

const file = (name: string) => `./texts/${name}`;

/** The text of a step, and its manifest as JSON. */
function written(name: string) {
  const make = nets.get(name);
  if (make === undefined) throw new Error(`there is no net ${name}`);
  const { step, batch } = make();
  const { text, manifest } = toStableHLO(step, ...batch(0));
  return { text, manifest: `${JSON.stringify(manifest, null, 2)}\n` };
}

describe("the text of", () => {
  it.each([
    ["an MLP's step", "W1", "mlp-step"],
    ["a convolutional net's step", "W2", "conv-net-step"],
  ])("%s", async (_, name, to) => {
    const { text, manifest } = written(name);
    await expect(text).toMatchFileSnapshot(file(`${to}.mlir`));
    await expect(manifest).toMatchFileSnapshot(file(`${to}.json`));
  });

  it("a softmax, a function of its own", async () => {
    await expect(toStableHLO((x: Tensor) => x.softmax(1), zeros([2, 3])).text).toMatchFileSnapshot(
      file("softmax.mlir"),
    );
  });

  it("dropout, which draws random bits", async () => {
    const dropout = new Dropout(0.5);
    const { text } = toStableHLO((x: Tensor) => dropout.forward(x), rand([2, 3]));
    await expect(text).toMatchFileSnapshot(file("dropout.mlir"));
  });

  it.each(Object.entries(families))("%s", async (name, source) => {
    const graph = parse(source);
    const text = write(graph, {
      arguments: argumentsOf(graph).map((_, i) => `arg${i}`),
      states: statesOf(graph).map((_, i) => `state${i}`),
    });
    await expect(text).toMatchFileSnapshot(file(`${name}.mlir`));
  });
});
