// The thread of oracle.ts: runs graphs on the GPU, and wakes the caller when a result is there.
import { parentPort, workerData } from "node:worker_threads";
import { findAdapter } from "../../../dist/backends/webgpu/find.js";
import { WebGpuProgram } from "../../../dist/backends/webgpu/program.js";
import { Session } from "../../../dist/backends/webgpu/session.js";
import { parse } from "../../../dist/compiler/graph-text.js";
import { hostUpdates } from "../../../dist/compiler/host-updates.js";
import { simplify } from "../../../dist/compiler/simplify.js";
import { Tensor } from "../../../dist/index.js";
import { ArrayStorage } from "../../../dist/tensor/storage.js";

const { signal, port } = workerData;
const { adapter, reason } = await findAdapter();
if (adapter === null) throw new Error(reason);
const session = await Session.open(adapter);
const tensorOf = (value) => new Tensor(new ArrayStorage(value.data), value);
const programs = new Map();

async function answer({ id, text, args, states }) {
  if (text !== undefined) {
    const own = states.map(tensorOf);
    programs.set(id, {
      states: own,
      program: new WebGpuProgram(hostUpdates(simplify(parse(text))), own, () => session),
    });
  }
  const { states: own, program } = programs.get(id);
  for (const [i, value] of states.entries()) own[i].replaceStorage(new ArrayStorage(value.data));
  const results = program.run(args.map(tensorOf));
  const read = (storages) => Promise.all(storages.map((storage) => storage.read()));
  return { results: await read(results), states: await read(own.map(({ storage }) => storage)) };
}

parentPort.on("message", async (request) => {
  let reply;
  try {
    reply = await answer(request);
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error), code: error?.code };
  }
  if (request.forget) programs.delete(request.id);
  port.postMessage(reply);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
