// The order of a streamed folder, and the fingerprint of its files. Pictures of a class lie together in a folder, so their order is mixed
// before it is cut into shards: each shard then has pictures of all classes.
import { createHash } from "node:crypto";
import { relative } from "node:path";
import { digest } from "../../data/fingerprint.ts";
import type { PictureFile } from "../folder/list.ts";
import type { Form } from "../form.ts";
import type { ImageSurvey } from "./image-survey.ts";

/** The files whose headers can be read, in the order of a hash of their names: added files hardly change the shards of the others. */
export function mixed({ directory, files, sizes }: ImageSurvey): PictureFile[] {
  const key = ({ path }: PictureFile) =>
    createHash("sha256").update(relative(directory, path).replaceAll("\\", "/")).digest("hex");
  return files
    .filter((_, n) => sizes[n] !== null)
    .map((file) => ({ file, key: key(file) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ file }) => file);
}

interface Fingerprinted {
  readonly survey: Pick<ImageSurvey, "directory">;
  readonly files: readonly PictureFile[];
  readonly form: Form;
  readonly channels: 1 | 3;
}

/** It depends on the names and sizes of the files, on their classes and on the form of the pictures. */
export function fingerprintOf({ survey: { directory }, files, form, channels }: Fingerprinted): string {
  const lines = files.map(({ path, bytes, label }) => [relative(directory, path).replaceAll("\\", "/"), bytes, label]);
  return digest([JSON.stringify([form, channels, lines])]);
}
