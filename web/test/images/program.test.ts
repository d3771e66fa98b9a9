// The program behind "Show the code" of the part with images learns what the page learns.
import * as chainrule from "chainrule";
import * as data from "chainrule/data";
import * as model from "chainrule/model";
import * as train from "chainrule/train";
import { expect, it } from "vitest";
import { bars, idx } from "../../../test/node/synthetic.ts";
import { Classifier } from "../../src/images/engine/classifier.ts";
import { Trainer } from "../../src/images/engine/trainer.ts";
import { programOf } from "../../src/images/program.ts";

const classes = [..."0123456789"];
const files = new Map<string, Uint8Array>();
for (const [name, count] of [
  ["train-0", 320],
  ["test", 100],
] as const) {
  const { images, labels } = bars(count);
  files.set(`https://site.example/demo/data/mnist-${name}-images.idx.gz`, idx([count, 28, 28], images));
  files.set(`https://site.example/demo/data/mnist-${name}-labels.idx.gz`, idx([count], labels));
}

async function printed(program: string): Promise<string[]> {
  const lines: string[] = [];
  const modules = new Map<string, object>([
    ["chainrule", chainrule],
    ["chainrule/data", data],
    ["chainrule/model", model],
    ["chainrule/train", train],
  ]);
  const body = program.replace(/^import (\{.*\}) from "(.*)";$/gm, 'const $1 = modules.get("$2");');
  const fetched = async (address: string) => {
    const bytes = files.get(address);
    if (bytes === undefined) throw new Error(`there is no ${address}`);
    return new Response(Uint8Array.from(bytes));
  };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  await new AsyncFunction("modules", "console", "fetch", body)(
    modules,
    { log: (line: string) => lines.push(line) },
    fetched,
  );
  return lines;
}

for (const net of ["mlp", "cnn"] as const)
  it(`the program of the ${net} prints the accuracies of the page`, async () => {
    const dataset = async (name: string) => {
      const of = async (what: string) =>
        data.readIdx(files.get(`https://site.example/demo/data/mnist-${name}-${what}.idx.gz`) ?? new Uint8Array());
      const [images, labels] = [await of("images"), await of("labels")];
      return { images: images.reshape([labels.size, 1, 28, 28]), labels: labels.to("int32"), classes };
    };
    const [pictures, test] = [await dataset("train-0"), await dataset("test")];
    chainrule.manualSeed(3);
    const classifier = new Classifier(
      {
        architecture: model.architectures[net]([1, 28, 28], 10),
        ...{ input: [1, 28, 28], classes, framing: "digit", seed: 3, normalisation: data.normalisation(pictures) },
      },
      { trained: false },
    );
    const lines: string[] = [];
    const trainer = new Trainer(classifier, test, {
      interval: 1000,
      device: "wasm",
      train: () => pictures,
      awaited: () => false,
      stepped: () => {},
      testing: () => {},
      refused: () => {},
      tested: async ({ loss, accuracy }) => {
        lines.push(`epoch ${lines.length + 1}: loss ${loss}, accuracy ${accuracy}`);
      },
    });
    await trainer.go();
    expect(lines).toHaveLength(4);
    expect(
      await printed(programOf({ net, seed: 3, all: false, base: "https://site.example/demo/index.html#images" })),
    ).toEqual(lines);
  });

it("the program for all pictures takes all six shares", () => {
  const program = programOf({ net: "cnn", seed: 0, all: true, base: "https://site.example/" });
  expect(program).toContain("n < 6");
  expect(program).toMatch(/^import \{ Adam, concat, manualSeed \}/);
});
