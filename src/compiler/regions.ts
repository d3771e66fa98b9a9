// The regions of a trace: each call of a composite, such as a softmax, is one, and so are the gradients of its nodes.
import { currentRegion, type RegionName } from "../tensor/region.ts";
import type { Node, Region } from "./graph.ts";

/** Gives the nodes of one graph their regions, which are numbered from 1. */
export class Regions {
  readonly #regions = new Map<RegionName, Region>();
  readonly #backward = new Map<Region | null, Region>();
  #last = 0;
  /** The node whose gradient is being recorded; null if the operations are the user's. */
  differentiated: Node | null = null;

  /** The region of the next node. Gradients of a composite's nodes are in a region "backward" inside it; others are in one of their own. */
  now(): Region | null {
    const region = this.#of(currentRegion());
    if (region !== null || this.differentiated === null) return region;
    const parent = this.differentiated.region;
    const existing = this.#backward.get(parent);
    if (existing) return existing;
    const made = { name: "backward", attributes: {}, parent, id: ++this.#last };
    this.#backward.set(parent, made);
    return made;
  }

  #of(name: RegionName | null): Region | null {
    if (name === null) return null;
    const existing = this.#regions.get(name);
    if (existing) return existing;
    const parent = this.#of(name.parent);
    const region = { name: name.name, attributes: name.attributes, parent, id: ++this.#last };
    this.#regions.set(name, region);
    return region;
  }
}
