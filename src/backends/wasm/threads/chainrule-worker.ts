// The entry point of a worker in a page; bundlers find this file by the URL in surroundings.ts. Importing it has a side effect, and
// package.json lists it in `sideEffects`. A bundler that does not replace the URL makes it point to a file beside the page's own files.
// If the name were "worker.js", a page's own worker could be started instead; no page has a file with this name.
import { serve } from "./serve.ts";

serve();
