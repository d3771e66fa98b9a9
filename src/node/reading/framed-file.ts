// Converts a picture file to a net's bytes. Training, evaluation and prediction all read their pictures here, so that all of them get the
// same bytes of a picture.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { detailFor, framePixels } from "../../data/framing.ts";
import { isGrey } from "../../data/picture.ts";
import { decodePixels } from "../decode.ts";
import { fileError } from "../file-error.ts";
import { checkOrdinary, explain } from "../files.ts";
import type { Form } from "../form.ts";
import { maxFileBytes } from "../pictures.ts";

export interface FramedFile {
  /** The number of planes. */
  readonly planes: 1 | 3;
  /** uint8 [planes, height, width]. */
  readonly data: Uint8Array;
}

/** The fault of a picture without ink, where the framing is "digit". */
export const blank = "the picture is blank: there is nothing to recognise; give another one";

/** Reads a picture file and brings the picture into the form. Throws an error that says why it cannot be read. */
export async function framedFile(path: string, form: Form): Promise<FramedFile> {
  const framed = await framedBytes(readStart(path, maxFileBytes), form);
  if (framed === null) throw fileError("framedFile", path, blank);
  return framed;
}

/** As framedFile, for the bytes of a file; null where the picture is blank. */
export async function framedBytes(bytes: Uint8Array, { size, framing, channels }: Form): Promise<FramedFile | null> {
  const pixels = await decodePixels(bytes, detailFor(framing, size));
  const planes = channels ?? (isGrey(pixels) ? 1 : 3);
  const data = framePixels(pixels, { shape: [planes, ...size], framing });
  return data === null ? null : { planes, data };
}

/** uint8 [channels, height, width]; each channel of a grey picture has its plane. */
export function inChannels({ planes, data }: FramedFile, channels: 1 | 3): Uint8Array {
  if (planes === channels) return data;
  const bytes = new Uint8Array(channels * (data.length / planes));
  for (let at = 0; at < bytes.length; at += data.length) bytes.set(data, at);
  return bytes;
}

/** Opens a pipe without waiting for its writer. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The first bytes of the file, `maxBytes` at most, in `buffer` if they fit into it. */
export function readStart(path: string, maxBytes: number, buffer?: Uint8Array): Uint8Array {
  let handle = -1;
  try {
    handle = openSync(path, openFlags);
    const status = fstatSync(handle);
    checkOrdinary(path, status);
    const length = Math.min(status.size, maxBytes);
    const bytes = buffer !== undefined && buffer.length >= length ? buffer : Buffer.allocUnsafeSlow(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, 0));
  } catch (error) {
    return explain(path, error);
  } finally {
    if (handle >= 0) closeSync(handle);
  }
}
