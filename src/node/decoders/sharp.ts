// Decodes with sharp, an optional peer: libvips, prebuilt for most platforms. It is about ten times as fast as decoders in JavaScript, reads
// more formats, and reduces pictures while it decodes them. sharp's settings for the whole process (threads, cache) stay as they are.

import type { Metadata, OutputInfo, Sharp } from "sharp";
import { maxPixels, type Pixels } from "../../data/picture.ts";
import { ChainruleError } from "../../errors/error.ts";
import type { FormatName, PictureHeader } from "../formats/format.ts";
import { asOrientation } from "../formats/orientation.ts";
import { type AtLeast, bufferOf, type CheckedFile, type Decoder, type Loaded } from "./decoder.ts";

export interface SharpDecoder extends Decoder {
  /** Size and orientation of a picture in a format whose headers only sharp reads. Throws what sharp throws where it cannot read them. */
  readonly header: (bytes: Uint8Array, format: FormatName) => Promise<PictureHeader>;
}

/**
 * Damaged pixels are an error, and not filled with grey. The levels are those of the file: a colour profile would change them, and browsers
 * and other decoders differ in it. The picture is turned upright after decoding, as with every decoder.
 */
const options = { failOn: "warning", ignoreIcc: true, autoOrient: false } as const;

/** Loads sharp. The error is Node's where sharp is not installed, and sharp's where it does not load on this machine. */
export async function loadSharp(): Promise<Loaded<SharpDecoder>> {
  try {
    const { default: sharp } = await import("sharp");
    const open = (bytes: Uint8Array, format: FormatName, limitInputPixels: number | false) =>
      sharp(bufferOf(asStill(bytes, format)), { ...options, limitInputPixels });
    const decoder: SharpDecoder = {
      decode: (file, atLeast) => decode(open(withValidScan(file), file.format, maxPixels), file, atLeast),
      // The caller refuses a size over the limit, with an error that names the size.
      header: async (bytes, format) => headerOf(await open(bytes, format, false).metadata(), format),
    };
    return { decoder };
  } catch (error) {
    return { error };
  }
}

async function decode(image: Sharp, file: CheckedFile, atLeast: AtLeast): Promise<Pixels> {
  const { header } = file;
  if (atLeast !== null) reduce(image, file, atLeast);
  const isCmyk = header.colours === "CMYK";
  if (isCmyk) image.pipelineColourspace("cmyk").toColourspace("cmyk");
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const samples = new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (isCmyk) inkToLight(samples, info.channels);
  return toColour(info, samples);
}

/**
 * RGB from grey and from RGB, RGBA from grey with alpha and from RGBA. Opaque pictures get no fourth channel, since it would take more than
 * half as long as decoding.
 */
function toColour({ width, height }: OutputInfo, samples: Uint8Array): Pixels {
  const channels = samples.length / (width * height);
  if (channels === 3 || channels === 4) return { width, height, data: samples, step: channels };
  const step = channels === 1 ? 3 : 4;
  const data = new Uint8Array(step * width * height);
  for (let from = 0, to = 0; to < data.length; from += channels, to += step) {
    data.fill(samples[from], to, to + 3);
    if (channels === 2) data[to + 3] = samples[from + 1];
  }
  return { width, height, data, step };
}

/**
 * Reduces by the largest factor of 8, 4 and 2 that leaves at least this size. libvips averages by a whole factor and then resamples with
 * the cubic kernel, the one of its kernels that is nearest to an average. A JPEG is first decoded at half the factor (libjpeg computes fewer
 * points of each block): 12 megapixels take 22 ms of CPU instead of 60.
 */
function reduce(image: Sharp, { format, header: { width, height } }: CheckedFile, atLeast: readonly [number, number]) {
  const [minHeight, minWidth] = atLeast;
  const factor = [8, 4, 2].find((by) => width >= by * minWidth && height >= by * minHeight) ?? 1;
  if (factor === 1) return;
  // If a part is cut out, here the whole, libvips decodes all points.
  if (format === "JPEG" && !(isNearMultiple(width, factor / 2) && isNearMultiple(height, factor / 2)))
    image.extract({ left: 0, top: 0, width, height });
  image.resize(Math.ceil(width / factor), Math.ceil(height / factor), { fit: "fill", kernel: "cubic" });
}

/**
 * Whether a JPEG's side may be decoded at a half or a quarter. libjpeg rounds the number of pixels up, and libvips then takes the last
 * pixel, which lies partly outside of the picture, for a whole one: the picture shrinks by that part, here a thousandth at most.
 */
const isNearMultiple = (side: number, factor: number) => factor * Math.ceil(side / factor) - side <= side / 1000;

/**
 * Converts cyan, magenta, yellow and black, in place, to the light that is left: red = (255 - cyan)(255 - black) / 255. Browsers show
 * a file without a profile in the same way.
 */
function inkToLight(data: Uint8Array, channels: number): void {
  if (channels !== 4)
    throw new ChainruleError("file", "decodePicture", `the picture has ${channels} inks, and four were expected`);
  for (let i = 0; i < data.length; i += 4) {
    const light = (255 - data[i + 3]) / 255;
    for (let c = i; c < i + 3; c++) data[c] = Math.round((255 - data[c]) * light);
    data[i + 3] = 255;
  }
}

function headerOf({ width, height, orientation, space, depth, channels }: Metadata, format: FormatName): PictureHeader {
  if (depth !== "uchar" && depth !== "ushort")
    throw new ChainruleError(
      "file",
      "decodePicture",
      `the file is a ${format} with samples of the type ${depth}, which is not read; save it with 8 or 16 bits a sample`,
    );
  const colours = space === "cmyk" && channels === 4 ? "CMYK" : "RGB";
  return { width, height, orientation: asOrientation(orientation), colours };
}

/** An animated AVIF (brand "avis") with the brand of a still one ("avif"): libvips then reads its main picture. */
function asStill(bytes: Uint8Array, format: FormatName): Uint8Array {
  const [s, f] = [0x73, 0x66];
  return format === "AVIF" && bytes[11] === s ? withBytes(bytes, 11, [f]) : bytes;
}

/** The file with 0, 63 and 0 in its scan. libjpeg ignores other numbers, but warns of them, and a warning counts as damage here. */
const withValidScan = ({ bytes, header: { scanNumbers } }: CheckedFile): Uint8Array =>
  scanNumbers === undefined ? bytes : withBytes(bytes, scanNumbers, [0, 63, 0]);

/** A copy with these values from `at` on. */
function withBytes(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(values, at);
  return copy;
}
