// Compares PyTorch's own samples (OpInfo) with chainrule's results and gradients, and prints each that differs. It needs Python with PyTorch:
//
//   npx tsx test/opinfo/compare.ts              records the samples in build/opinfo.json.gz, and compares them at once
//   npx tsx test/opinfo/compare.ts wasm CALL    compares what was recorded, compiled for wasm; of one call alone
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Case, parse } from "../fixtures/load.ts";
import { runCase } from "../fixtures/run.ts";
import { ways } from "../fixtures/ways.ts";

const root = resolve(import.meta.dirname, "../..");
const file = resolve(root, "build/opinfo.json.gz");
const [way, only] = process.argv.slice(2);

if (way === undefined || !existsSync(file)) {
  mkdirSync(dirname(file), { recursive: true });
  const { status } = spawnSync("python3", [resolve(import.meta.dirname, "record.py"), file], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

const recorded: unknown = parse(gunzipSync(readFileSync(file)).toString());
const { cases, missing } = recorded as { cases: Case[]; missing: Record<string, number> };
const wrap = way === "wasm" || way === "reference" ? ways[way] : ways.eager;
const tally = new Map<string, { all: number; wrong: number }>();
for (const c of cases.filter(({ call }) => only === undefined || call === only)) {
  const found = runCase(c, { wrap });
  const { all, wrong } = tally.get(c.call) ?? { all: 0, wrong: 0 };
  tally.set(c.call, { all: all + 1, wrong: wrong + (found.length > 0 ? 1 : 0) });
  if (found.length > 0) console.log(found[0].slice(0, 300));
}
const sum = (of: "all" | "wrong") => [...tally.values()].reduce((total, one) => total + one[of], 0);
for (const [call, { all, wrong }] of tally) if (wrong > 0) console.log(`${call}: ${wrong} of ${all} differ`);
for (const [what, count] of Object.entries(missing)) console.log(`not tried: ${what}, ${count}`);
const agreeing = sum("all") - sum("wrong");
console.log(`${agreeing} of ${sum("all")} samples agree, ${((100 * agreeing) / sum("all")).toFixed(2)} %`);
