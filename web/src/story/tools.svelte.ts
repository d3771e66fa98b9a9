// What a part puts beside its heading, where it is in view with the part: the button that shows the code.
import { getContext, type Snippet, setContext } from "svelte";

export class Tools {
  /** Set by the part while its window is wide enough. */
  button: Snippet | null = $state.raw(null);
}

const key = Symbol("tools");

export const giveTools = (): Tools => setContext(key, new Tools());
export const toolsHere = (): Tools | undefined => getContext<Tools | undefined>(key);
