// One class for all failures: programs switch on the code, people read the call, the shapes and the cure.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ChainruleError, compile, conv2d, type errorCodes, Linear, ones, SGD, tensor, zeros } from "chainrule";
import { readIdx, split } from "chainrule/data";
import { readSafetensors } from "chainrule/io";
import { loadMnist, loadPicture, readBytes } from "chainrule/node";
import { expect, it } from "vitest";
import { internal } from "../../src/errors/error.ts";
import { within } from "../../src/tensor/within.ts";

const root = resolve(import.meta.dirname, "..", "..");

async function failure(body: () => unknown): Promise<ChainruleError> {
  try {
    await body();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("it does not throw");
}

const x = ones([2, 3]);

it.each<[string, code: keyof typeof errorCodes, call: string, body: () => unknown]>([
  ["matrices whose inner sizes differ", "shape", "matmul", () => x.matmul(ones([2, 3]))],
  ["shapes that do not broadcast", "shape", "add", () => x.add(ones([2]))],
  ["a layer's features", "shape", "Linear.forward", () => new Linear(4, 2).forward(x)],
  ["an element type", "dtype", "mean", () => tensor([1, 2], { dtype: "int32" }).mean()],
  ["a dim", "index", "sum", () => x.sum(2)],
  ["an index, eager", "index", "gather", () => x.gather(0, tensor([[5]], { dtype: "int32" }))],
  ["an index, compiled", "index", "gather", () => compile(() => x.gather(0, tensor([[5]], { dtype: "int32" })))()],
  ["an option's value", "option", "SGD", () => new SGD([zeros([1], { requiresGrad: true })], { lr: -1 })],
  ["an operand", "type", "add", () => x.add("1" as never)],
  ["no history", "gradient", "backward", () => x.sum().backward()],
  ["contents while tracing", "traced", "item", () => compile(() => x.sum().item())()],
  ["explain before the first call", "order", "explain", () => compile(() => x).explain()],
  ["a state dict", "state", "loadStateDict", () => new Linear(1, 1).loadStateDict(new Map())],
  ["checkFinite", "nonfinite", "checkFinite", () => compile(() => x.sub(x).log().mul(0), { checkFinite: true })()],
  ["bytes", "file", "readIdx", () => readIdx(new Uint8Array(2))],
  ["bytes of safetensors", "file", "readSafetensors", () => readSafetensors(new Uint8Array(2))],
  ["a file", "file", "readBytes", () => readBytes("no such file")],
  ["a file that a call needs", "file", "loadPicture", () => loadPicture("no such file")],
  ["a folder that a call needs", "file", "loadMnist", () => loadMnist({ directory: "no such folder" })],
  ["a convolution", "shape", "conv2d", () => conv2d(x, x)],
  [
    "a label",
    "data",
    "split",
    () =>
      split({ images: zeros([1, 1, 1, 1], { dtype: "uint8" }), labels: tensor(new Int32Array([3])), classes: ["a"] }),
  ],
])("%s: code %s, call %s", async (_, code, call, body) => {
  const error = await failure(body);
  expect([error.code, error.call]).toEqual([code, call]);
  expect(error.message).toBe(`${error.place ?? error.call}: ${error.words}`);
  expect(error.message.startsWith("internal:")).toBe(false);
});

it("details are facts for programs", async () => {
  const facts = async (body: () => unknown) => (await failure(body)).details;
  expect(await facts(() => x.matmul(x))).toEqual({
    shapes: [
      [2, 3],
      [2, 3],
    ],
  });
  expect(await facts(() => x.sum(2))).toEqual({ dim: 2, rank: 2 });
  expect(await facts(() => x.gather(0, tensor([[5]], { dtype: "int32" })))).toEqual({ index: 5, size: 2 });
  expect(await facts(() => new Linear(1, 1).loadStateDict(new Map([["w", x]])))).toEqual({
    missing: ["weight", "bias"],
    unexpected: ["w"],
  });
  expect(await facts(() => readIdx(new Uint8Array(2)))).toEqual({ byte: 2 });
  expect(await facts(() => readBytes("no such file"))).toEqual({ file: "no such file" });
});

it("is an Error with a name and a stack that begins with the message, also after within gave it another call", () => {
  const error = new ChainruleError("option", "sum", "dim 3", {}, { cause: "because" });
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.cause, String(error)]).toEqual(["ChainruleError", "because", "ChainruleError: sum: dim 3"]);
  expect(() =>
    within("mean", () => {
      throw error;
    }),
  ).toThrow("mean: dim 3");
  expect([error.call, error.stack?.split("\n")[0]]).toEqual(["mean", "ChainruleError: mean: dim 3"]);
});

it("internal errors keep their code, whatever call they are within", () => {
  const thrown = () =>
    within("mean", () => {
      throw internal("no such step");
    });
  expect(thrown).toThrow("internal: no such step");
});

it("every error of the library is one: src throws no other, but for scalar, which imports nothing", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("scalar"),
  );
  expect(files.length).toBeGreaterThan(200);
  const others = files.filter((file) =>
    /(?:throw|reject\() ?new (?!ChainruleError)\w*Error\b/.test(readFileSync(join(root, "src", file), "utf8")),
  );
  expect(others).toEqual([]);
});
