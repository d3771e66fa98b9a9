// Types of jax.js, which Node runs as it is, for the tests, which are TypeScript.

export type FoundJax = { readonly python: string } | { readonly python: null; readonly reason: string };

export const cure: string;
export function findJax(env?: Readonly<Record<string, string | undefined>>): FoundJax;
