// The level of a derivative inside another transformation: vmap(grad(f)), jvp(grad(f)). Tensors of the level record operations for backward,
// and have inside what they would be without the derivative. Gradients flow among the tensors inside, so that the results of the derivative
// belong to the transformations around it alone. A derivative that no transformation surrounds needs no level: tensors record operations anyway.
import { type OutputHistory, type Source, sourceOf, type Tape } from "./autograd.ts";
import { type Call, callHistory, runCall } from "./calls.ts";
import { isFloating, type TypedArray } from "./dtype.ts";
import type { Operation } from "./eager.ts";
import { type Level, newLevelId, Wrapped, withLevel } from "./levels.ts";
import { isRecording, withRecordingAtLevels } from "./mode.ts";
import { opOf } from "./ops.ts";
import { apply, Tensor } from "./tensor.ts";

class TapeStorage extends Wrapped {
  readonly isReadable = true;
  readonly level: TapeLevel;
  readonly inside: readonly [Tensor];

  constructor(level: TapeLevel, inside: readonly [Tensor]) {
    super();
    this.level = level;
    this.inside = inside;
  }

  get data(): TypedArray {
    return this.inside[0].data;
  }
  get placeholder(): string | undefined {
    return this.inside[0].storage.placeholder;
  }
  read(): Promise<TypedArray> {
    return this.inside[0].read();
  }
  reveal(): void {}
  detached(): Tensor {
    return this.inside[0].detach();
  }
  around([inner]: readonly Tensor[]): Wrapped {
    return new TapeStorage(this.level, [inner]);
  }
}

export class TapeLevel implements Level, Tape {
  readonly id = newLevelId();
  readonly name: string;
  readonly changesComposites = false;

  constructor(name: string) {
    this.name = name;
  }

  run({ name, inputs, attributes }: Operation): Tensor {
    const y = apply(
      name,
      inputs.map((x) => this.below(x)),
      attributes,
    );
    if (!isRecording(this.id) || opOf(name).vjp === null || !isFloating(y.dtype)) return y;
    const sources = inputs.map(this.sourceOf);
    if (!sources.some(({ requiresGrad }) => requiresGrad)) return y;
    return new Tensor(new TapeStorage(this, [y]), y, { kind: "op", name, attributes, inputs: sources });
  }

  runCall(call: Call, inputs: readonly Tensor[]): readonly Tensor[] {
    const below = inputs.map((x) => this.below(x));
    const results = runCall(call, below);
    const sources = inputs.map(this.sourceOf);
    if (!isRecording(this.id) || !sources.some(({ requiresGrad }) => requiresGrad)) return results;
    const historyOf = callHistory(call, sources, { inputs: below, results });
    return results.map((y, i) => (isFloating(y.dtype) ? this.resultOf(y, historyOf(i)) : y));
  }

  sourceOf = (tensor: Tensor): Source =>
    this.#has(tensor) ? sourceOf(tensor) : { tensor, version: tensor.version, history: null, requiresGrad: false };

  below(tensor: Tensor): Tensor {
    const { storage } = tensor;
    return storage instanceof TapeStorage && storage.level === this ? storage.inside[0] : tensor;
  }

  /** A leaf that stands for a tensor while a function is differentiated. */
  leafFor(x: Tensor): Tensor {
    const leaf = new Tensor(new TapeStorage(this, [x]), x);
    leaf.requiresGrad = true;
    return leaf;
  }

  /** The result of a call, with its history. */
  resultOf(y: Tensor, history: OutputHistory): Tensor {
    return new Tensor(new TapeStorage(this, [this.below(y)]), y, history);
  }

  /** Runs the function that is differentiated. */
  record<T>(body: () => T): T {
    return withLevel(this, () => withRecordingAtLevels(body));
  }

  #has({ storage }: Tensor): boolean {
    return storage instanceof TapeStorage && storage.level === this;
  }
}
