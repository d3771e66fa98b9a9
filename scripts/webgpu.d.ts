// Types of webgpu.js, which Node runs as it is, for the tests, which are TypeScript.

type Environment = Readonly<Record<string, string | undefined>>;

export type FoundWebGpu =
  | { readonly found: true; readonly reason: null }
  | { readonly found: false; readonly reason: string };

export const cure: string;
export function softwareVulkan(env?: Environment): Readonly<Record<string, string>> | null;
export function findWebGpu(env?: Environment): FoundWebGpu;
export function installWebGpu(): string | null;
