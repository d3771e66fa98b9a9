// Tells drawn digits from other pictures: a folder whose pictures have the form of MNIST's is trained on as MNIST is, so that predict
// brings a photograph of a digit into this form.
import { tensor } from "chainrule";
import { type Framing, framingOf } from "chainrule/data";
import { framePictures, type ImageSurvey } from "chainrule/node";

/** The side of MNIST's pictures, in pixels. */
const digitSide = 28;

/** The number of pictures, evenly spread, that are looked at. */
const sampleSize = 500;

/** "digit" where at least nine tenths of a sample have the form of MNIST's pictures, and no other size is asked for; else "plain". */
export async function kindOfPictures(
  { files, sizes, size }: ImageSurvey,
  asked: readonly [height: number, width: number] | null,
): Promise<Framing> {
  const isDigitSize = (sides: readonly number[] | null) => sides?.every((side) => side === digitSide) ?? false;
  if (!isDigitSize(asked ?? size)) return "plain";
  const step = Math.ceil(files.length / sampleSize);
  const sample = files.filter((_, n) => n % step === 0 && isDigitSize(sizes[n]));
  if (sample.length < 0.9 * Math.ceil(files.length / step)) return "plain";
  const shape = [3, digitSide, digitSide] as const;
  const { bytes } = await framePictures(
    sample.map(({ path }) => path),
    { shape, framing: "plain" },
  );
  const plane = digitSide * digitSide;
  const grey: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += 3 * plane) {
    const [red, green, blue] = [0, 1, 2].map((c) => bytes.subarray(from + c * plane, from + (c + 1) * plane));
    if (red.every((level, i) => level === green[i] && level === blue[i])) grey.push(red);
  }
  if (grey.length < 0.9 * sample.length) return "plain";
  const found = framingOf({
    images: tensor(new Uint8Array(Buffer.concat(grey)), { shape: [grey.length, 1, digitSide, digitSide] }),
    labels: tensor(new Int32Array(grey.length)),
    classes: ["any"],
  });
  return found === "digit" ? "digit" : "plain";
}
