// For any task: a run that was stopped at any event and resumed through a file gives the bits of a run that was not stopped.
import { ChainruleError } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import type { Checkpoint, Resume } from "chainrule/train";
import { describe, expect, it } from "vitest";
import { numbersOf } from "./synthetic.ts";
import { everyEvent, gan, nextCharacter, regression, stream, tasks } from "./tasks.ts";

/** Writes a checkpoint to a file and reads it again. */
function saved({ tensors, position }: Checkpoint): Resume {
  const file = readSafetensors(writeSafetensors(tensors, { position: JSON.stringify(position) }));
  return { tensors: file.tensors, position: JSON.parse(file.metadata.position) };
}

const bits = ({ tensors }: Checkpoint) => numbersOf(tensors);

describe("a resumed run gives the results of a run that was not stopped", () => {
  it.each(Object.entries(tasks))("%s", async (_, begin) => {
    const whole = begin();
    const told = await everyEvent(whole);
    const last = told[told.length - 1];
    expect(last.event.type).toBe("done");
    for (const [at, { event, checkpoint }] of told.entries()) {
      const run = begin({ resume: saved(checkpoint) });
      const rest = (await everyEvent(run)).slice(1);
      const expected = event.type === "done" ? told.slice(at) : told.slice(at + 1);
      expect(
        rest.map(({ event }) => event),
        `after event ${at}, ${event.type}`,
      ).toEqual(expected.map(({ event }) => event));
      expect(bits(run.checkpoint()), `after event ${at}, ${event.type}`).toEqual(bits(last.checkpoint));
      expect(run.history).toEqual(whole.history);
    }
  });

  it("on another number of threads, and with numbers that JSON does not have", async () => {
    const whole = await everyEvent(regression());
    const half = whole[5];
    const position = { ...half.checkpoint.position, sums: { ...half.checkpoint.position.sums, mae: Number.NaN } };
    expect(JSON.stringify(half.checkpoint.position)).not.toContain('null,"sums');
    const rest = await everyEvent(regression({ threads: 1, resume: saved(half.checkpoint) }));
    expect(rest.slice(1).map(({ event }) => event)).toEqual(whole.slice(6).map(({ event }) => event));
    expect(() => regression({ resume: { ...half.checkpoint, position } })).toThrow(
      "the position of resume is incomplete",
    );
  });
});

describe("a checkpoint of another run is refused, with the reason for programs", () => {
  const reasonOf = (begin: () => unknown): unknown => {
    try {
      begin();
    } catch (error) {
      if (error instanceof ChainruleError) return [error.code, error.call, error.details.reason];
      throw error;
    }
    return "nothing was refused";
  };

  it("whose parts differ", async () => {
    const [{ checkpoint }] = await everyEvent(regression());
    const told = await everyEvent(gan());
    expect(reasonOf(() => regression({ resume: checkpoint, seed: 1 }))).toEqual(["state", "fit", "seed"]);
    expect(reasonOf(() => gan({ resume: checkpoint }))).toEqual(["state", "fit", "data"]);
    const { tensors, position } = told[3].checkpoint;
    const without = new Map([...tensors].filter(([name]) => !name.startsWith("optimizer.discriminator.")));
    expect(reasonOf(() => gan({ resume: { tensors: without, position } }))).toEqual(["state", "fit", "tensors"]);
    const more = new Map([...tensors, ["optimizer.third.lr", tensors.get("optimizer.generator.lr")]]) as typeof tensors;
    expect(reasonOf(() => gan({ resume: { tensors: more, position } }))).toEqual(["state", "fit", "tensors"]);
    expect(reasonOf(() => nextCharacter({ resume: { tensors, position: {} } }))).toEqual(["state", "fit", "position"]);
  });

  it("and a stream that ends before its position", async () => {
    const told = await everyEvent(stream());
    const at = told.findLast(({ event }) => event.type === "step");
    if (at === undefined) throw new Error("there was no step");
    const { tensors, position } = at.checkpoint;
    const run = stream({ resume: { tensors, position: { ...position, batch: 9 } } });
    await expect(everyEvent(run)).rejects.toThrow(
      /the stream ended after 15 examples, but the run had used more before/,
    );
  });
});
