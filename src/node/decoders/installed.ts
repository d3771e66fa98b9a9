// Chooses the decoder of a format among those that are installed, and loads it with the first picture: programs without pictures need not
// install any.
import { ChainruleError, type ErrorDetails, wordsOf } from "../../errors/error.ts";
import type { FormatName } from "../formats/format.ts";
import type { CheckedFile, Decoder, Loaded } from "./decoder.ts";
import { loadJimp } from "./jimp.ts";
import { loadSharp, type SharpDecoder } from "./sharp.ts";

export type DecoderName = "sharp" | "jimp";

/** The decoders of each format, the one that is preferred first: those that read it, and read broken files of it without harm. */
const order: Readonly<Record<FormatName, readonly DecoderName[]>> = {
  PNG: ["sharp", "jimp"],
  JPEG: ["sharp", "jimp"],
  GIF: ["sharp", "jimp"],
  BMP: ["jimp"],
  WebP: ["sharp"],
  AVIF: ["sharp"],
  TIFF: ["sharp"],
};

/** Pixels. */
const maxSmall = 4096;
const manySmall = 300;
let smallSeen = 0;

/** Whether both decoders give the same pixels of a PNG, and sharp is the slower one. It is never reduced, so that they stay the same. */
export function isSmallPng({ format, bytes, header: { width, height } }: CheckedFile): boolean {
  const bitsOfSample = bytes[24];
  return format === "PNG" && width * height <= maxSmall && bitsOfSample <= 8;
}

/**
 * A call of sharp takes half a millisecond or more for the smallest picture, jimp 0.06 ms for a PNG of 28 px. jimp takes 0.2 s to load, so
 * it decodes small PNGs only where there are many.
 */
function orderFor(file: CheckedFile): readonly DecoderName[] {
  return isSmallPng(file) && ++smallSeen > manySmall ? ["jimp", "sharp"] : order[file.format];
}

/** A decoder that did not load once is not tried again: it would cost a search through the file system for each picture. */
const once = <D extends Decoder>(load: () => Promise<Loaded<D>>): (() => Promise<Loaded<D>>) => {
  let loaded: Promise<Loaded<D>> | null = null;
  return () => {
    loaded ??= load();
    return loaded;
  };
};

const loadSharpOnce = once<SharpDecoder>(loadSharp);
const installed: Readonly<Record<DecoderName, () => Promise<Loaded<Decoder>>>> = {
  sharp: loadSharpOnce,
  jimp: once(loadJimp),
};

/**
 * The decoders of a file that are installed, the one that is preferred first; each is loaded when it is asked for. Throws an error that
 * says what to install where there is none. `among` is for tests.
 */
export async function* decodersFor(
  file: CheckedFile,
  among: readonly DecoderName[] = ["sharp", "jimp"],
): AsyncGenerator<Decoder> {
  const errors = new Map<DecoderName, unknown>();
  let found = 0;
  for (const name of orderFor(file).filter((name) => among.includes(name))) {
    const loaded = await installed[name]();
    if ("error" in loaded) errors.set(name, loaded.error);
    else {
      found++;
      yield loaded.decoder;
    }
  }
  if (found === 0) throw missing(file.format, order[file.format], errors);
}

/** sharp, for the headers of formats that have no reader here. */
export async function sharpFor(format: FormatName): Promise<SharpDecoder> {
  const loaded = await loadSharpOnce();
  if ("decoder" in loaded) return loaded.decoder;
  throw missing(format, ["sharp"], new Map([["sharp", loaded.error]]));
}

function missing(
  format: FormatName,
  [first, ...others]: readonly DecoderName[],
  errors: ReadonlyMap<DecoderName, unknown>,
): ChainruleError {
  const broken = [...errors].find(([, error]) => !isAbsent(error));
  const details: ErrorDetails = { package: first, format };
  if (broken !== undefined) {
    const [name, error] = broken;
    const words = `${format} files are read with ${name}, which is installed but does not load (${firstLine(error)})`;
    const cure = others.length > 0 ? `run \`npm install ${others[0]}\`` : "save the picture as a PNG";
    return new ChainruleError("package", "decodePicture", `${words}; ${cure}`, details, { cause: error });
  }
  const or = others.length > 0 ? `, or \`npm install ${others[0]}\`, which is slower` : "";
  const words = `${format} files need a decoder that is not installed; run \`npm install ${first}\`${or}`;
  return new ChainruleError("package", "decodePicture", words, details, { cause: errors.get(first) });
}

const isAbsent = (error: unknown) =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND");

function firstLine(error: unknown): string {
  const [line] = wordsOf(error).split("\n");
  return line;
}
