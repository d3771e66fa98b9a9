// The interface of decoders. Size, orientation and structure of a file are checked before decoding, in the same way for every decoder.
import type { Pixels } from "../../data/picture.ts";
import type { FormatName, PictureHeader } from "../formats/format.ts";

/** A picture file that has been checked. */
export interface CheckedFile {
  readonly bytes: Uint8Array;
  readonly format: FormatName;
  readonly header: PictureHeader;
}

/** The minimum height and width of the result, as the file stores the picture; null for the whole picture. */
export type AtLeast = readonly [height: number, width: number] | null;

/** A decoder that is installed and loaded. */
export interface Decoder {
  /**
   * Decodes to RGBA, or to RGB where the picture is opaque, as the file stores the picture, not yet upright. With `atLeast` the picture may
   * be reduced to a half, a quarter or an eighth, as long as neither side falls below it. Throws the error of its library where the file is
   * damaged.
   */
  readonly decode: (file: CheckedFile, atLeast: AtLeast) => Promise<Pixels>;
}

/** The result of loading a decoder. */
export type Loaded<D extends Decoder> = { readonly decoder: D } | { readonly error: unknown };

/** The same bytes as a Buffer, without a copy; declared as what programs without Node's types know. */
export const bufferOf = (bytes: Uint8Array): Uint8Array =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
