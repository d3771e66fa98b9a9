// Types of optimise-later.js, which Node runs as it is, for the tests, which are TypeScript.

export const optimiseLater: readonly string[];
export const optimiseLaterInChromium: string;
