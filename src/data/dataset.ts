// A data set for training: pictures as bytes, the class index of each, and the names of the classes.
import { ChainruleError } from "../errors/error.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** images: uint8 [N, C, H, W]; labels: int32 [N], each an index into classes. */
export interface Dataset {
  images: Tensor;
  labels: Tensor;
  classes: readonly string[];
}

/** Throws unless images, labels and classes fit together. For a label outside the classes, the error has its index. */
export function checkDataset(call: string, { images, labels, classes }: Dataset): void {
  if (images.dtype !== "uint8" || images.ndim !== 4)
    throw new ChainruleError(
      "dtype",
      call,
      `images have to be uint8[N, C, H, W], they are ${images.dtype}[${images.shape.join(", ")}]; ` +
        "without classes, { images, labels } are columns of any dtype and shape",
      { place: "images", dtype: images.dtype, shape: images.shape },
    );
  if (labels.dtype !== "int32" || labels.ndim !== 1)
    throw new ChainruleError(
      "dtype",
      call,
      `labels have to be int32[N], they are ${labels.dtype}[${labels.shape.join(", ")}]`,
      { place: "labels", dtype: labels.dtype, shape: labels.shape },
    );
  if (images.shape[0] !== labels.shape[0])
    throw new ChainruleError("data", call, `${images.shape[0]} images, but ${labels.shape[0]} labels`, {
      images: images.shape[0],
      labels: labels.shape[0],
    });
  const wrong = labels.data.findIndex((label) => label < 0 || label >= classes.length);
  if (wrong >= 0)
    throw new ChainruleError(
      "data",
      call,
      `label ${labels.data[wrong]} of image ${wrong} is outside the ${classes.length} classes`,
      { label: labels.data[wrong], index: wrong, classes: classes.length },
    );
}
