// What the server accepts of its clients. One client cannot take memory or time from all others: bodies, connections, pictures and waiting
// have bounds, and what exceeds one of them is refused with the bound in words.

export interface Limits {
  /** The bytes of a request's body. */
  readonly bodyBytes: number;
  /** The bytes of all bodies that are held at the same time. */
  readonly heldBytes: number;
  /** The pictures of one request. */
  readonly pictures: number;
  /** The requests with pictures that are worked on at the same time. */
  readonly concurrent: number;
  /** The requests of one address in a second. As many may come at once. */
  readonly rate: number;
  /** The time in which a request has to arrive whole. */
  readonly seconds: number;
  /** The time in which it is answered then, or the client is asked to come again. */
  readonly answerSeconds: number;
  /** The time in which the headers of a request have to arrive. */
  readonly headerSeconds: number;
  /** The bytes of the path and all headers. */
  readonly headerBytes: number;
  /** The open connections; more are closed at once. */
  readonly connections: number;
}

const mebibyte = 2 ** 20;

/** The limits that options set, and the others. */
export function limitsOf(
  options: { readonly maxMb?: number; readonly maxRate?: number; readonly timeout?: number } = {},
): Limits {
  const { maxMb = defaults.maxMb, maxRate = defaults.maxRate, timeout = defaults.timeout } = options;
  const bodyBytes = maxMb * mebibyte;
  return {
    bodyBytes,
    heldBytes: Math.max(256 * mebibyte, 2 * bodyBytes),
    pictures: 64,
    concurrent: 64,
    rate: maxRate,
    seconds: timeout,
    answerSeconds: 60,
    headerSeconds: Math.min(10, timeout),
    headerBytes: 16_384,
    connections: 512,
  };
}

/** The defaults of the options, in MiB, requests a second, and seconds. */
export const defaults = { maxMb: 32, maxRate: 1000, timeout: 30 } as const;
