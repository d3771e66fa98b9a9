// The folders of a data set, before their pictures are decoded.
import type { Framing } from "chainrule/data";
import type { ImageSurvey } from "chainrule/node";
import type { Layout } from "./layout.ts";
import type { Size } from "./options.ts";

/** A data set of folders before its pictures are decoded. */
export interface Surveyed {
  readonly layout: Layout;
  readonly surveys: Surveys;
  readonly framing: Framing;
}

export interface Surveys {
  readonly base: ImageSurvey;
  /** null where the part has no folder of its own, or none is wanted. */
  readonly test: ImageSurvey | null;
  readonly validation: ImageSurvey | null;
}

/** The number of pictures in all folders. */
export const countOf = ({ surveys: { base, test, validation } }: Pick<Surveyed, "surveys">): number =>
  [base, test, validation].reduce((sum, survey) => sum + (survey?.files.length ?? 0), 0);

/** The bytes of all decoded pictures, in colour. */
export function decodedBytes(surveyed: Pick<Surveyed, "surveys">, size: Size | null): number {
  const [height, width] = size ?? surveyed.surveys.base.size;
  return 3 * height * width * countOf(surveyed);
}
