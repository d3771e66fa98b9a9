// Types of browser.js, which Node runs as it is, for the tests, which are TypeScript.

export type FoundBrowser =
  | { readonly path: string; readonly version: string }
  | { readonly path: null; readonly reason: string };

export const cure: string;
export function findBrowser(env?: Readonly<Record<string, string | undefined>>): FoundBrowser;
