/// <reference types="svelte" />
/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** The path of the pretrained net's file within the site, and its size. */
  readonly BACKBONE_FILE: string;
  readonly BACKBONE_BYTES: number;
}

/** Defined by web/build/project.ts. */
declare const __PROJECT__: import("../build/project.ts").Project;
