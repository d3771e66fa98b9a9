// Where a page's worker begins: bundlers find this file by the URL in start.ts. It does something when it is imported, which
// package.json's `sideEffects` says.
import { serve } from "./serve.ts";

serve();
