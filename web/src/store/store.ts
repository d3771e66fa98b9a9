// What the page keeps in the browser across visits: nets and choices, in IndexedDB. Where the browser stores nothing (private windows, a
// full disk, no IndexedDB), reading finds nothing and writing returns false; the page then works without.
import { del, get, set } from "idb-keyval";

/** The value under the key; undefined if there is none, or if the browser gives no access. */
export async function recall(key: string): Promise<unknown> {
  try {
    return await get(`chainrule ${key}`);
  } catch {
    return undefined;
  }
}

/** Stores a value that structured cloning can copy. False if the browser did not store it. */
export async function remember(key: string, value: unknown): Promise<boolean> {
  try {
    await set(`chainrule ${key}`, value);
    return true;
  } catch {
    return false;
  }
}

export async function forget(key: string): Promise<void> {
  try {
    await del(`chainrule ${key}`);
  } catch {
    // What was not stored is not there.
  }
}
