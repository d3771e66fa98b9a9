// The side of the oracle that has the GPU: it runs graphs, and answers into shared memory. node-thread.ts and page-thread.ts are its scripts.
import { Tensor } from "chainrule";
import { webgpu } from "../../../../src/backends/webgpu/backend.ts";
import { use } from "../../../../src/backends/webgpu/current.ts";
import { findAdapter } from "../../../../src/backends/webgpu/find.ts";
import { Session } from "../../../../src/backends/webgpu/session.ts";
import type { Program } from "../../../../src/compiler/backend.ts";
import { parse } from "../../../../src/compiler/graph-text.ts";
import { simplify } from "../../../../src/compiler/simplify.ts";
import type { KernelCut } from "../../../../src/schedule/gpu/cut.ts";
import type { NDArray } from "../../../../src/tensor/dtype.ts";
import { ArrayStorage, type Storage } from "../../../../src/tensor/storage.ts";
import { type CutName, gpuCuts } from "../../../compiler/gpu-cuts.ts";
import { type Arrays, giveAnswer } from "./answers.ts";
import type { Question } from "./oracle.ts";

/** What a thread is started with; `cut` is null where kernels are cut as programs of users cut theirs. */
export interface Start {
  readonly memory: SharedArrayBuffer;
  readonly cut: CutName | null;
}

interface Kept {
  readonly program: Program;
  readonly states: readonly Tensor[];
}

const tensorOf = (value: NDArray): Tensor => new Tensor(new ArrayStorage(value.data), value);

/** Reads contents, wherever they are. */
const read = async (storage: Storage): Promise<NDArray["data"]> =>
  "read" in storage && typeof storage.read === "function" ? storage.read() : storage.data;

/** Opens the GPU, and returns what answers a question. */
export async function answering({ memory, cut }: Start): Promise<(question: Question) => Promise<void>> {
  const { adapter, reason } = await findAdapter();
  if (adapter === null) throw new Error(reason);
  const own: KernelCut | undefined = cut === null ? undefined : gpuCuts[cut];
  use(await Session.open(adapter, own));
  const programs = new Map<number, Kept>();

  async function run({ id, text, args, states }: Question): Promise<Arrays> {
    if (text !== undefined) {
      const tensors = states.map(tensorOf);
      programs.set(id, {
        states: tensors,
        program: webgpu.prepare(simplify(parse(text)), tensors, { relaxed: true, threads: 1 }),
      });
    }
    const kept = programs.get(id);
    if (kept === undefined) throw new Error(`there is no program ${id}`);
    for (const [i, value] of states.entries()) kept.states[i].replaceStorage(new ArrayStorage(value.data));
    const results = kept.program.run(args.map(tensorOf));
    return {
      results: await Promise.all(results.map(read)),
      states: await Promise.all(kept.states.map(({ storage }) => read(storage))),
    };
  }

  return async (question) => {
    try {
      giveAnswer(memory, await run(question));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : null;
      giveAnswer(memory, { error: error instanceof Error ? error.message : String(error), code });
    }
    if (question.forget) programs.delete(question.id);
  };
}
