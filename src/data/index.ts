// "chainrule/data": data sets, batches, pictures. Bytes in, tensors out; no file system here: it runs in pages too.
export type { Augmentation } from "./augment.ts";
export { type Batch, type BatchOptions, batches } from "./batches.ts";
export { pictureFromBlob } from "./blob.ts";
export type { Dataset } from "./dataset.ts";
export { centreDigit } from "./digit.ts";
export { type Framing, frame, framingOf, framings } from "./framing.ts";
export { readIdx } from "./idx.ts";
export { normalisation } from "./normalisation.ts";
export type { Picture } from "./picture.ts";
export { prefetch } from "./prefetch.ts";
export { type SplitOptions, split } from "./split.ts";
