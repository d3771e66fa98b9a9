#!/usr/bin/env node
// Starts the program. In a clone of the repository it is compiled first, if it was not yet.
import { existsSync } from "node:fs";

const [main, setup] = ["../dist/main.js", "../../scripts/setup.js"].map((path) => new URL(path, import.meta.url));
if (!existsSync(main) && existsSync(setup)) await import(setup.href);
await import(main.href);
