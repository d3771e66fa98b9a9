/**
 * The address of efficientnet-lite0.safetensors: in Node a file: URL, which readFile of node:fs/promises takes; in a page a URL for fetch.
 */
export declare const efficientnetLite0: URL;
