// The file that keeps features: safetensors with `features`, float32 [N, C], and as metadata `format`, the backbone's fingerprint, and
// `pictures`, a JSON list with the digest of each picture's pixels. A file that is damaged, or of another backbone, is as good as none.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";

const format = "chainrule-features-1";

/** The features by the digest of their picture; empty where nothing usable is kept. */
export async function readFeatures(file: string | null, backbone: string): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  if (file === null || !existsSync(file)) return found;
  try {
    const { tensors, metadata } = readSafetensors(readFileSync(file));
    const features = tensors.get("features");
    const keys: unknown = JSON.parse(metadata.pictures ?? "null");
    if (metadata.format !== format || metadata.backbone !== backbone || !Array.isArray(keys)) return found;
    if (features?.dtype !== "float32" || features.ndim !== 2 || features.shape[0] !== keys.length) return found;
    const [, size] = features.shape;
    const data = features.data as Float32Array;
    for (const [n, key] of keys.entries()) found.set(String(key), data.slice(n * size, (n + 1) * size));
  } catch {
    found.clear();
  }
  return found;
}

/** Whether the features were kept. Whatever prevents it only costs the time to compute them again. */
export function writeFeatures(
  file: string | null,
  backbone: string,
  features: ReadonlyMap<string, Float32Array>,
): boolean {
  if (file === null || features.size === 0) return false;
  const rows = [...features.values()];
  const size = rows[0].length;
  const data = new Float32Array(rows.length * size);
  for (const [n, row] of rows.entries()) data.set(row, n * size);
  const pictures = JSON.stringify([...features.keys()]);
  const tensors = new Map([["features", tensor(data, { shape: [rows.length, size] })]]);
  const partial = `${file}.${process.pid}`;
  try {
    writeFileSync(partial, writeSafetensors(tensors, { format, backbone, pictures }));
    renameSync(partial, file);
    return true;
  } catch {
    rmSync(partial, { force: true });
    return false;
  }
}
