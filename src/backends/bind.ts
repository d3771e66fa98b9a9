// The one file that chooses: which backends compile knows.
import { registerBackend } from "../compiler/compile.ts";
import { reference } from "./reference.ts";

registerBackend(reference);
