// What fit and evaluate need of an AbortSignal, written out: programs whose types know neither pages nor Node have no AbortSignal, and each
// AbortSignal is one of these.

/** The part of an AbortSignal that is looked at. */
export interface AbortSignalLike {
  /** Whether it is aborted. */
  readonly aborted: boolean;
  /** Why it is aborted. */
  readonly reason: unknown;
  /** Throws the reason if it is aborted. */
  throwIfAborted(): void;
}
