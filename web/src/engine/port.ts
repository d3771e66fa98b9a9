// The types of the messages between a part of the page and its engine. The engine runs in a worker, so that the page never freezes.

/** The worker's side of a channel. */
export interface Port<ToEngine, ToPage> {
  send(message: ToPage, transfer?: Transferable[]): void;
  /** Registers the listener, which gets every message from the page, earlier ones included. */
  listen(hear: (message: ToEngine) => void): void;
}

/** The parts of the page that have an engine. */
export type EngineName = "hero" | "net" | "race" | "images" | "classes";

/** The first message to a worker. */
export interface Opening {
  readonly engine: EngineName;
}

/** The envelope of everything that a worker sends. */
export type Envelope<ToPage> =
  | { readonly kind: "message"; readonly message: ToPage }
  | { readonly kind: "failed"; readonly reason: string };
