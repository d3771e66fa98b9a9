// The messages between the opening of the page and its engine, which holds the net that was trained beforehand.

export type ToHero =
  | { readonly kind: "open"; readonly model: Uint8Array }
  /** A drawing as RGBA pixels. */
  | { readonly kind: "look"; readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

/** The probability of each digit; null where nothing is drawn. */
export interface FromHero {
  readonly probabilities: readonly number[] | null;
}
