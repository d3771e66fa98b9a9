// "chainrule/data": data sets, batches, pictures. It turns bytes into tensors; it does not use the file system, so it runs in pages too.
export type { Augmentation } from "./augment.ts";
export { type Batches, type BatchOptions, batches, type SourceOptions } from "./batches.ts";
export { type BlobLike, pictureFromBlob } from "./blob.ts";
export { matchClasses } from "./class-names.ts";
export type { Dataset } from "./dataset.ts";
export { centreDigit } from "./digit/centre.ts";
export { fingerprint } from "./fingerprint.ts";
export { detailFor, type Framing, frame, framingOf, framings } from "./framing.ts";
export { readIdx } from "./idx.ts";
export { isTransposed } from "./idx-names.ts";
export { fashionClasses, isFashionMnist, nameLabels } from "./label-names.ts";
export type { EvenNumbers } from "./nesting.ts";
export { normalisation } from "./normalisation.ts";
export type { Picture } from "./picture.ts";
export type { Batch } from "./pictures.ts";
export { prefetch } from "./prefetch.ts";
export type { Batched, BatchOf, ExampleOf, Indexed, InMemory, Pictures } from "./source.ts";
export { type Side, type SplitOptions, split } from "./split.ts";
