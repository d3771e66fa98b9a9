// The nets that stand beside each other: one of each kind that the page offers, and one from a file. Each keeps its training, so that the
// visitor can go from one to another and back.

import type { NetFacts, Phase, SlotName, StoredNet } from "../messages.ts";
import { Classifier } from "./classifier.ts";
import { bytesOf, modelFrom } from "./model-file.ts";
import type { Trainer } from "./trainer.ts";

export interface Slot {
  readonly id: string;
  readonly slot: SlotName;
  /** The name of the file or data set; null for a net that the page made for MNIST. */
  readonly name: string | null;
  readonly classifier: Classifier;
  trainer: Trainer | null;
  phase: Phase;
}

export class Shelf {
  readonly #slots = new Map<SlotName, Slot>();
  current: Slot;

  /** The last of the nets becomes the current one. */
  constructor(nets: readonly [Slot, ...Slot[]]) {
    this.current = nets[0];
    for (const net of nets) this.put(net);
  }

  find(slot: SlotName): Slot | null {
    return this.#slots.get(slot) ?? null;
  }

  /** Puts a net into its slot and makes it the current one; returns the net that it replaces there. */
  put(net: Slot): Slot | null {
    const before = this.find(net.slot);
    this.#slots.set(net.slot, net);
    this.current = net;
    return before === net ? null : before;
  }
}

/** A net with a new identity, which has not been trained in this slot. */
export const freshSlot = (classifier: Classifier, { slot, name }: Pick<Slot, "slot" | "name">): Slot => ({
  id: crypto.randomUUID(),
  slot,
  name,
  classifier,
  trainer: null,
  phase: classifier.trained ? "done" : "idle",
});

/** A net of an earlier visit. Throws Trouble where its bytes are damaged. */
export function slotOf({ id, slot, name, bytes }: StoredNet): Slot {
  const { description, net } = modelFrom(name ?? slot, bytes);
  return { ...freshSlot(new Classifier(description, { net, trained: true }), { slot, name }), id };
}

export const storedNet = ({ id, slot, name, classifier }: Slot): StoredNet => ({
  id,
  slot,
  name,
  bytes: bytesOf(classifier.description, classifier.net),
});

export function factsOf({ id, slot, name, classifier }: Slot): NetFacts {
  const { architecture, input, classes, seed } = classifier.description;
  const parameters = classifier.net.parameters().reduce((sum, { size }) => sum + size, 0);
  return { id, slot, name, layers: architecture, parameters, input, classes, trained: classifier.trained, seed };
}
