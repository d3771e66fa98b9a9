// Chooses the decoder of a format among the installed ones, and loads it with the first picture. Programs without pictures need no decoder.
import { ChainruleError, type ErrorDetails, wordsOf } from "../../errors/error.ts";
import type { FormatName } from "../formats/format.ts";
import { printable } from "../printable.ts";
import type { CheckedFile, Decoder, Loaded } from "./decoder.ts";
import { loadJimp } from "./jimp.ts";
import { loadSharp, type SharpDecoder } from "./sharp.ts";

export type DecoderName = "sharp" | "jimp";

/** The decoders of each format, in the order of preference. A decoder is listed only if damaged files of the format do no harm to it. */
const preferences: Readonly<Record<FormatName, readonly DecoderName[]>> = {
  PNG: ["sharp", "jimp"],
  JPEG: ["sharp", "jimp"],
  GIF: ["sharp", "jimp"],
  BMP: ["jimp"],
  WebP: ["sharp"],
  AVIF: ["sharp"],
  TIFF: ["sharp"],
};

const maxSmallPixels = 4096;
/** After this number of small PNGs jimp decodes the next ones. */
const sharpPngs = 300;
let smallPngs = 0;

/**
 * Whether a picture is a PNG of which both decoders give the same pixels, and sharp is slower. It is never reduced, so that the pixels stay
 * the same.
 */
export function isSmallPng({ format, bytes, header: { width, height } }: CheckedFile): boolean {
  const bitsOfSample = bytes[24];
  return format === "PNG" && width * height <= maxSmallPixels && bitsOfSample <= 8;
}

/**
 * A call of sharp takes half a millisecond or more for the smallest picture, jimp 0.06 ms for a PNG of 28 px. jimp takes 0.2 s to load, so
 * it decodes small PNGs only where there are many.
 */
function preferencesFor(file: CheckedFile): readonly DecoderName[] {
  return isSmallPng(file) && ++smallPngs > sharpPngs ? ["jimp", "sharp"] : preferences[file.format];
}

/** Loads a decoder once, even if it fails: each attempt searches the file system, too long to do for each picture. */
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
 * The installed decoders of a file, in the order of preference; each is loaded when the caller takes it. Throws an error that says what to
 * install where there is none. `allowed` is for tests.
 */
export async function* decodersFor(
  file: CheckedFile,
  allowed: readonly DecoderName[] = ["sharp", "jimp"],
): AsyncGenerator<Decoder> {
  const errors = new Map<DecoderName, unknown>();
  let loadedCount = 0;
  for (const name of preferencesFor(file).filter((name) => allowed.includes(name))) {
    const loaded = await installed[name]();
    if ("error" in loaded) errors.set(name, loaded.error);
    else {
      loadedCount++;
      yield loaded.decoder;
    }
  }
  if (loadedCount === 0) throw noDecoder(file.format, preferences[file.format], errors);
}

/** Loads sharp, for the headers of formats that have no reader in formats/. */
export async function sharpFor(format: FormatName): Promise<SharpDecoder> {
  const loaded = await loadSharpOnce();
  if ("decoder" in loaded) return loaded.decoder;
  throw noDecoder(format, ["sharp"], new Map([["sharp", loaded.error]]));
}

/** The error about a format whose decoders are not installed, or do not load. */
function noDecoder(
  format: FormatName,
  [first, ...others]: readonly DecoderName[],
  errors: ReadonlyMap<DecoderName, unknown>,
): ChainruleError {
  const failure = [...errors].find(([, error]) => !isAbsent(error));
  const details: ErrorDetails = { package: first, format };
  if (failure !== undefined) {
    const [name, error] = failure;
    const words = `${format} files are read with ${name}, which is installed but does not load (${firstLine(error)})`;
    const cure = others.length > 0 ? `run \`npm install ${others[0]}\`` : "save the picture as a PNG";
    return new ChainruleError("package", "decodePicture", `${words}; ${cure}`, details, { cause: error });
  }
  const alternative = others.length > 0 ? `, or \`npm install ${others[0]}\`, which is slower` : "";
  const words = `${format} files need a decoder that is not installed; run \`npm install ${first}\`${alternative}`;
  return new ChainruleError("package", "decodePicture", words, details, { cause: errors.get(first) });
}

const isAbsent = (error: unknown) =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND");

function firstLine(error: unknown): string {
  const [line] = wordsOf(error).split("\n");
  return printable(line);
}
