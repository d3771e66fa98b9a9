// What a part of the page and its engine say to each other. The engine runs in a worker, so that the page never freezes.

/** The worker's side of a channel. */
export interface Port<ToEngine, ToPage> {
  send(message: ToPage, transfer?: Transferable[]): void;
  /** Hears every message from the page, from the first one on. */
  listen(hear: (message: ToEngine) => void): void;
}

/** The parts that have an engine. */
export type EngineName = "net" | "race" | "images";

/** The first message to a worker. */
export interface Opening {
  readonly engine: EngineName;
}

/** What a worker sends around its messages. */
export type Envelope<ToPage> =
  | { readonly kind: "message"; readonly message: ToPage }
  | { readonly kind: "failed"; readonly reason: string };
