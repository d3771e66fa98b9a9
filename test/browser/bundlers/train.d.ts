// What the test, which is TypeScript, knows of train.js, which browsers read as it is.

export interface Training {
  readonly error?: string;
  /** What explain() says of threads. */
  readonly about: string;
  /** Steps in which another thread took part. */
  readonly together: number;
  /** Of the first round, and of one with company where there is any. */
  readonly alone: readonly number[];
  readonly losses: readonly number[];
}

export function train(how: { readonly threads: number; readonly joined?: () => number }): Promise<Training>;
