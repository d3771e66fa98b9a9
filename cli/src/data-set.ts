// A data set that an argument of the command line names, and the pictures in it once they are divided.
import type { Dataset, Framing, StreamedPictures } from "chainrule/data";
import type { FolderRecord } from "./pictures/options.ts";

/** Pictures in memory, or streamed. */
export type Pictures = Dataset | StreamedPictures;

export interface Data<P extends Pictures = Dataset> {
  readonly name: string;
  readonly train: P;
  /** null where no pictures are set aside for validation. */
  readonly validation: P | null;
  readonly test: P;
  /** The path of each picture, in the order of the data sets; null for IDX files. */
  readonly files: PartFiles | null;
  /** How pictures are brought into the form of these. */
  readonly framing: Framing;
  /** Sentences about the data: what was taken as what, what was passed over, how the pictures were divided. */
  readonly notes: readonly string[];
  /** For folders of pictures: the record with which they can be divided the same way again. */
  readonly folder: FolderRecord | null;
}

export interface PartFiles {
  readonly train: readonly string[];
  readonly validation: readonly string[] | null;
  readonly test: readonly string[];
}

/** idx: MNIST's four files; a null directory means the installed MNIST. pictures: a folder with a subfolder for each class. */
export interface Source {
  readonly kind: "idx" | "pictures";
  readonly name: string;
  readonly directory: string | null;
}
