// Whether model and data fit, found out before anything is computed: the model is traced on the shapes of the batches that will
// come, which costs no arithmetic and leaves no trace, and what it gives is compared with the classes.

import { trace } from "../compiler/trace.ts";
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Layer } from "../nn/module.ts";
import { full } from "../tensor/create.ts";
import { describe } from "../tensor/dtype.ts";
import { noGrad } from "../tensor/mode.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { inMode } from "./modes.ts";

const otherwise = "What does not tell classes, such as an autoencoder, has { data, loss } as its options";

interface Use {
  readonly training: boolean;
  /** The sizes of batches that there will be. */
  readonly sizes: readonly number[];
}

/** Throws, in words that name the data's shape and classes, where the model cannot take its batches or does not answer with its classes. */
export function checkFits(call: string, model: Layer, data: Dataset, { training, sizes }: Use): void {
  checkDataset(call, data);
  const { images, classes } = data;
  for (const size of new Set(sizes)) {
    const shape = [size, ...images.shape.slice(1)];
    const logits = outputOf(call, model, { shape, training });
    const named = classes.length <= 8 ? classes.join(", ") : `${classes.slice(0, 6).join(", ")}, ...`;
    if (logits.ndim !== 2 || logits.shape[0] !== size)
      throw new ChainruleError(
        "shape",
        call,
        `of ${size} pictures the model makes ${describe(logits)}; it has to be [${size}, ${classes.length}], ` +
          `a number for each picture and class (${named}); end it with Flatten and Linear. ${otherwise}`,
      );
    if (logits.shape[1] !== classes.length)
      throw new ChainruleError(
        "shape",
        call,
        `the model answers with ${logits.shape[1]} classes, the data have ${classes.length} (${named}); ` +
          `give its last layer ${classes.length} outputs. ${otherwise}`,
      );
  }
}

/** A tensor that has the shape of what the model makes of such images. */
function outputOf(
  call: string,
  model: Layer,
  { shape, training }: { readonly shape: readonly number[]; readonly training: boolean },
): Tensor {
  const images = full(shape, 0);
  const forward = (x: unknown) => noGrad(() => model.forward(x as Tensor));
  try {
    const { returned } = inMode(model, training, () => trace(forward, [images], [images], { lines: false }));
    return returned as Tensor;
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code === "internal") throw error;
    const [count, channels, height, width] = shape;
    throw new ChainruleError(
      "data",
      call,
      `the model does not take the data's pictures, ${count} of ${channels}×${height}×${width} (channels, height, width): ` +
        `${error.message} (build it for this size, or bring the pictures to its own)`,
      {},
      { cause: error },
    );
  }
}
