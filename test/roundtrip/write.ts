// chainrule's half of the round trip: trains three models with compiled steps, writes them down half-way, goes on, and writes down
// how that went. Then PyTorch is asked, by hand, since npm test needs no Python:
//
//   npx tsx test/roundtrip/write.ts build/roundtrip
//   python3 test/roundtrip/check.py build/roundtrip/*.safetensors
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, manualSeed, noGrad, type Tensor, tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { readRun, writeRun } from "./files.ts";
import { make, names, stepOf } from "./models.ts";

const folder = process.argv[2] ?? "build/roundtrip";
mkdirSync(folder, { recursive: true });
const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, `${name}.safetensors`), bytes);

manualSeed(20);
for (const name of names) {
  const { input, batches } = readRun(readFileSync(new URL(`recorded/${name}.run.safetensors`, import.meta.url)));
  const trained = make(name);
  const { model, optimizer } = trained;
  const step = compile(stepOf(trained));
  const train = (steps: number) =>
    Array.from({ length: steps }, (_, t) => {
      const { x, y } = batches[t % batches.length];
      return step(x, y).item();
    });
  train(7);
  write(name, writeSafetensors(model.stateDict(), { format: "pt" }));
  write(`${name}.optimizer`, writeSafetensors(optimizer.stateDict()));
  const output: Tensor = noGrad(() => model.eval().forward(input));
  model.train();
  const losses = tensor(train(10), { dtype: "float64" });
  write(`${name}.run`, writeRun({ input, output, batches, losses }));
  console.log(`${join(folder, name)}.safetensors: ${losses.data[0].toFixed(4)} to ${losses.data[9].toFixed(4)}`);
}
