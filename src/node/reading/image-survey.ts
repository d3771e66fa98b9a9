// Surveys a folder of pictures before anything is decoded: its classes, its files, and the size of each picture as its header says. This takes
// a fraction of a millisecond a picture, and finds pictures that cannot be read, and data sets that would not fit into memory.
import { wordsOf } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { withinAsync } from "../../tensor/within.ts";
import { measurePicture } from "../check.ts";
import { listPictures, type PictureFiles } from "../folder/list.ts";
import { nextTurn } from "../next-turn.ts";
import { maxFileBytes } from "../pictures.ts";
import { readStart } from "./framed-file.ts";
import { commonestSize, defaultMaxSide } from "./picture-size.ts";

/** A picture that cannot be read, and the reason. */
export interface Skipped {
  readonly file: string;
  readonly problem: string;
}

/** The options of surveyImageFolder. */
export interface ImageSurveyOptions {
  /** The longer side of the default size is at most this, in pixels; default 256. */
  maxSide?: number | undefined;
  /** The minimum number of classes; fewer are an error. Default 2. */
  minClasses?: number | undefined;
  /** Called from time to time with the number of pictures whose headers were read and their total; the last time with all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const names: OptionNames<ImageSurveyOptions> = { maxSide: true, minClasses: true, onProgress: true };

/** A folder of pictures as it is known before any picture is decoded. */
export interface ImageSurvey extends PictureFiles {
  /** Height and width of each picture, upright, in the order of the files; null where the header cannot be read. */
  readonly sizes: readonly (readonly [height: number, width: number] | null)[];
  /** The default size: the commonest one, or the median, reduced to maxSide. */
  readonly size: readonly [height: number, width: number];
  /** The pictures whose header cannot be read, or says that they are too large. */
  readonly problems: readonly Skipped[];
}

/**
 * Lists the pictures of a folder with a subfolder for each class, as loadImageFolder reads them, and measures them by their headers.
 * Throws where listPictures does; pictures that cannot be read are listed in `problems`.
 */
export function surveyImageFolder(directory: string, options: ImageSurveyOptions = {}): Promise<ImageSurvey> {
  return withinAsync("surveyImageFolder", () => survey(directory, options));
}

async function survey(directory: string, options: ImageSurveyOptions): Promise<ImageSurvey> {
  checkOptions("surveyImageFolder", options, names);
  const { maxSide = defaultMaxSide, minClasses, onProgress } = options;
  checkWhole("surveyImageFolder", "maxSide", maxSide, { from: 1 });
  const listed = await listPictures(directory, { minClasses });
  const sizes: ([height: number, width: number] | null)[] = [];
  const problems: Skipped[] = [];
  const head = Buffer.allocUnsafeSlow(headBytes);
  for (const { path } of listed.files) {
    try {
      sizes.push(await measureFile(path, head));
    } catch (error) {
      sizes.push(null);
      problems.push({ file: path, problem: wordsOf(error) });
    }
    if (sizes.length % progressInterval === 0 && sizes.length < listed.files.length) {
      onProgress?.(sizes.length, listed.files.length);
      await nextTurn();
    }
  }
  onProgress?.(sizes.length, sizes.length);
  const readSizes = sizes.filter((size) => size !== null);
  const size: [number, number] = readSizes.length > 0 ? commonestSize(readSizes, maxSide) : [1, 1];
  return { ...listed, sizes, size, problems };
}

/** The number of headers that are read between two reports of progress. */
const progressInterval = 256;

/** The bytes of a file that are read first; the whole file is read if they do not hold the header. */
const headBytes = 1 << 16;

/** The size of the upright picture. Throws an error that says why the header cannot be read. `head` is overwritten. */
async function measureFile(path: string, head: Uint8Array): Promise<[height: number, width: number]> {
  const bytes = readStart(path, head.length, head);
  const { width, height } = await measurePicture(bytes).catch((error) => {
    if (bytes.length < head.length) throw error;
    return measurePicture(readStart(path, maxFileBytes));
  });
  return [height, width];
}
