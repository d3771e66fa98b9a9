// Where a page's worker begins: bundlers find this file by the URL in surroundings.ts. It does something when it is imported, which
// package.json's `sideEffects` says. A bundler that leaves the URL as it is makes it one of a file beside the page's: a "worker.js" of
// the page's own would then be started in its place, and start another. No page has a file of this name.
import { serve } from "./serve.ts";

serve();
