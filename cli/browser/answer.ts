// What the page shows of a picture, wherever it is recognised: by the server, or by the net in the page itself.

export interface Likely {
  readonly class: string;
  /** 0 to 1 */
  readonly probability: number;
}

/** The likeliest classes, the likeliest first. */
export type Answer = readonly Likely[];

/** Recognises a picture. Throws a Problem where it cannot. */
export type Recognise = (picture: Blob) => Promise<Answer>;

/** The reason why a picture has no answer, for people. */
export class Problem extends Error {}

/** The number of classes that are shown. */
export const shownClasses = 5;

/** 98.12 % */
export const percent = (probability: number): string => `${(100 * probability).toFixed(2)} %`;
