// The script of the worker that proves in a page: it waits for the GPU's worker, as pages may not, and tells the page line by line.

import type { CutName } from "../../../compiler/gpu-cuts.ts";
import { type Families, parse } from "../../../fixtures/load.ts";
import { fixtureNames } from "../../../fixtures/on-backend.ts";
import { Oracle } from "./oracle.ts";
import { type Proof, prove } from "./proof.ts";
import type { Start } from "./thread.ts";

async function fixture<Name extends keyof Families>(name: Name): Promise<[Name, Families[Name]]> {
  const { body } = await fetch(`/fixtures/${name}.json.gz`);
  if (body === null) throw new Error(`${name}.json.gz is empty`);
  return [name, parse<Name>(await new Response(body.pipeThrough(new DecompressionStream("gzip"))).text())];
}

async function run(proof: Proof, cut: CutName | null): Promise<number> {
  const thread = new Worker("/proof/page-thread.js", { type: "module" });
  const oracle = new Oracle((question) => thread.postMessage(question));
  const opened = new Promise<string | null>((resolve) => {
    thread.onmessage = ({ data }: MessageEvent<string | null>) => resolve(data);
    thread.onerror = ({ message }) => resolve(message);
  });
  thread.postMessage({ memory: oracle.memory, cut } satisfies Start);
  const failure = await opened;
  if (failure !== null) throw new Error(failure);
  const loaded = new Map<string, unknown>(
    proof.mode === "fixtures" ? await Promise.all(fixtureNames.map((name) => fixture(name))) : [],
  );
  return prove(
    proof,
    oracle,
    (line) => postMessage({ line }),
    (name) => loaded.get(name) as Families[typeof name],
  );
}

addEventListener("message", async ({ data }: MessageEvent<{ readonly proof: Proof; readonly cut: CutName | null }>) => {
  try {
    postMessage({ failures: await run(data.proof, data.cut) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
