/// <reference types="svelte" />
/// <reference types="vite/client" />

<<<<<<< HEAD
interface ImportMetaEnv {
  /** The path of the pretrained net's file within the site, and its size. */
  readonly BACKBONE_FILE: string;
  readonly BACKBONE_BYTES: number;
}
=======
/** Defined by web/build/project.ts. */
declare const __PROJECT__: import("../build/project.ts").Project;
>>>>>>> 5f3d8a4 (The page works without a network after one visit, has threads on any host from the second visit on, and can be installed; what links to it show, and what it knows of the project)
