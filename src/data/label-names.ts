// Names the classes of MNIST and of data sets of its form, whose files have only numbers as labels.
import { ChainruleError } from "../errors/error.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The names of MNIST's classes. */
export const digitClasses: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** The names of Fashion-MNIST's classes. */
export const fashionClasses: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** The first labels of Fashion-MNIST's test file and training file: the files have MNIST's names, and do not name the classes. */
const fashionLabels: readonly string[] = ["921161465745734124802579146093", "900302725509557910643148430244"];

/** Whether these are the labels of Fashion-MNIST, by the first 30 of them. */
export function isFashionMnist({ data }: Tensor): boolean {
  return fashionLabels.some((begin) => [...begin].every((label, n) => data[n] === Number(label)));
}

/**
 * The classes of a data set whose labels are numbers: Fashion-MNIST's where the labels are its own, the ten digits where no label is above
 * 9, else the numbers that occur, such as "1" … "26". Returns the labels of each part as int32 [N], indices into these classes.
 */
export function nameLabels(parts: readonly Tensor[]): { classes: readonly string[]; labels: Tensor[] } {
  const values = [...new Set(parts.flatMap(({ data }) => [...new Set<number>(data)]))].sort((a, b) => a - b);
  const invalidLabel = values.find((label) => !(Number.isInteger(label) && label >= 0));
  if (invalidLabel !== undefined)
    throw new ChainruleError("data", "nameLabels", `labels are whole numbers from 0, not ${invalidLabel}`, {
      label: invalidLabel,
    });
  if (values.every((label) => label <= 9)) {
    const classes = parts.some(isFashionMnist) ? fashionClasses : digitClasses;
    return { classes, labels: parts.map((part) => part.to("int32")) };
  }
  const indices = new Map(values.map((label, index) => [label, index]));
  return {
    classes: values.map(String),
    labels: parts.map(({ data }) => tensor(Int32Array.from(data, (label) => indices.get(label) ?? 0))),
  };
}
