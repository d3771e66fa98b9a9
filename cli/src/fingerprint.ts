// Tells data sets apart: in reports, and where a model is tested on a folder whose other pictures it was trained on.
import { createHash } from "node:crypto";
import type { Dataset } from "chainrule/data";

/** Of shapes, pictures and labels. */
export function fingerprint({ images, labels }: Dataset): string {
  const hash = createHash("sha256").update(JSON.stringify(images.shape));
  for (const { data } of [images, labels]) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex").slice(0, 16);
}
