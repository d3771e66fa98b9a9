// The laws of transformations over many random programs: npx tsx test/tensor/transforms/laws-forever.ts [SEED] [COUNT] [compiled]
import { compile } from "../../../src/compiler/compile.ts";
import "../../../src/backends/bind.ts";
import { Draw } from "../draw.ts";
import { laws, nothing, type Wrap } from "./laws.ts";

const [seed = "1", count = "1000", mode = "eager"] = process.argv.slice(2);
const wrap: Wrap = mode === "compiled" ? (f) => compile(f) : (f) => f;
for (const [name, law] of Object.entries(laws)) {
  let [compared, wrong] = [0, 0];
  for (let i = 0; i < Number(count); i++) {
    const own = Number(seed) + i;
    let complaint: string | null;
    try {
      complaint = law(new Draw(own), wrap);
    } catch (error) {
      complaint = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (complaint === nothing) continue;
    compared++;
    if (complaint !== null && wrong++ < 5) console.log(`${name}, seed ${own}: ${complaint}`);
  }
  console.log(`${name}: ${compared} programs, ${wrong} wrong`);
  if (wrong > 0) process.exitCode = 1;
}
