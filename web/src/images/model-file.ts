// Model files in the page: those of the command line, read and written without a file system. What is wrong with one is said in words for
// somebody who has just dropped it.
import type { Sequential } from "chainrule";
import { type Description, readModel, writeModel } from "chainrule/model";
import { Trouble } from "./trouble.ts";

export function bytesOf(description: Description, net: Sequential): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(writeModel(description, net.stateDict()));
}

/** Throws Trouble where the bytes are no model. */
export function modelFrom(name: string, bytes: Uint8Array): { description: Description; net: Sequential } {
  const { description, net } = readModel(bytes, {
    damaged: (reason, cause) => new Trouble(`${name} is no model file, or a damaged one: ${reason}.`, { cause }),
    foreign: () =>
      new Trouble(
        `${name} holds tensors, but is no chainrule model; take one that was saved here or by chainrule train.`,
      ),
    unusable: (key) => new Trouble(`${name} does not say its "${key}" in a way that can be used.`),
    inconsistent: (problem) => new Trouble(`${name} does not hold together: ${problem}.`),
    otherType: (tensor, is, shouldBe) => new Trouble(`${name}: its tensor "${tensor}" is ${is}, not ${shouldBe}.`),
  });
  return { description, net };
}
