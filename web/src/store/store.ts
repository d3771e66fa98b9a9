// What the page keeps in the browser across visits: nets and choices, in IndexedDB. Where the browser stores nothing (private windows, a
// full disk), reading finds nothing and writing returns false; the page then works without.
import { del, get, set } from "idb-keyval";

/** The value under the key; undefined if there is none, or if the browser gives no access. */
export const recall = (key: string): Promise<unknown> => get(`chainrule ${key}`).catch(() => undefined);

/** Stores a value that structured cloning can copy. False if the browser did not store it. */
export const remember = (key: string, value: unknown): Promise<boolean> =>
  set(`chainrule ${key}`, value).then(
    () => true,
    () => false,
  );

export const forget = (key: string): Promise<void> => del(`chainrule ${key}`).catch(() => undefined);
