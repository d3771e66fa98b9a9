// Checks, before anything is computed, whether model and data fit: the model is traced on the shapes of the batches, which computes and
// changes nothing, and the shape of its result is compared with the classes.

import { trace } from "../compiler/trace.ts";
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { StreamedPictures } from "../data/streamed.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Layer } from "../nn/module.ts";
import { full } from "../tensor/create.ts";
import { describe } from "../tensor/dtype.ts";
import { noGrad } from "../tensor/mode.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { inMode } from "./modes.ts";

const otherwise = "For a model that does not predict classes, such as an autoencoder, give the options { data, loss }";

interface Use {
  readonly training: boolean;
  /** The sizes of the batches. */
  readonly sizes: readonly number[];
}

/** Throws, with the data's shape and classes, if the model cannot take the batches or does not give a number for each class. */
export function checkFits(
  call: string,
  model: Layer,
  data: Dataset | StreamedPictures,
  { training, sizes }: Use,
): void {
  if (!(data instanceof StreamedPictures)) checkDataset(call, data);
  const { classes } = data;
  const [, ...picture] = data instanceof StreamedPictures ? data.shape : data.images.shape;
  for (const size of new Set(sizes)) {
    const shape = [size, ...picture];
    const logits = outputOf(call, model, { shape, training });
    const named = classes.length <= 8 ? classes.join(", ") : `${classes.slice(0, 6).join(", ")}, ...`;
    if (logits.ndim !== 2 || logits.shape[0] !== size)
      throw new ChainruleError(
        "shape",
        call,
        `for ${size} pictures the model gives ${describe(logits)}; it must be [${size}, ${classes.length}], ` +
          `a number for each picture and class (${named}); end it with Flatten and Linear. ${otherwise}`,
      );
    if (logits.shape[1] !== classes.length)
      throw new ChainruleError(
        "shape",
        call,
        `the model has ${logits.shape[1]} classes, the data have ${classes.length} (${named}); ` +
          `give its last layer ${classes.length} outputs. ${otherwise}`,
      );
  }
}

/** A traced tensor with the shape of the model's result for such images. */
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
        `${error.message} (build the model for this size, or resize the pictures)`,
      {},
      { cause: error },
    );
  }
}
