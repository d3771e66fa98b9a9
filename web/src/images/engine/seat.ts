// Where a net is trained. On the processor, it is the net itself. On the GPU, it is a twin: the weights of the twin live there between two
// reports, while the page goes on asking the net, which has the weights of the last report.
import { Adam, type Sequential, settle } from "chainrule";
import { build } from "chainrule/model";
import type { Device } from "../messages.ts";
import type { Classifier } from "./classifier.ts";
import { firstRate } from "./plan.ts";

export class Seat {
  readonly device: Device;
  readonly net: Sequential;
  readonly optimizer: Adam;
  readonly #classifier: Classifier;

  constructor(classifier: Classifier, device: Device) {
    this.device = device;
    this.net = device === "wasm" ? classifier.net : twinOf(classifier);
    this.optimizer = new Adam(this.net.parameters(), { lr: firstRate });
    this.#classifier = classifier;
  }

  /** Brings the weights back from the GPU, and gives the net the same. */
  async share(): Promise<void> {
    if (this.device === "wasm") return;
    await settle([this.net, this.optimizer]);
    this.#classifier.net.loadStateDict(this.net.stateDict());
  }
}

function twinOf({ net, description }: Classifier): Sequential {
  const twin = build(description.architecture);
  twin.loadStateDict(net.stateDict());
  return twin;
}
