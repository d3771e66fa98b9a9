// What the browser keeps of this part across visits: the nets with their curves, the drawing and the choices. What is read is checked,
// because an earlier version of the page may have written it.
import { forget, recall, remember } from "../store/store.ts";
import { type SlotName, type Steps, type StoredNet, slotNames, type Tested } from "./messages.ts";
import type { Drawing } from "./pad/pad.svelte.ts";
import { type CurvePoint, Curves } from "./training/curves.ts";

/** The course of a net's training, as the page shows it. */
export interface Run {
  readonly curves: Curves;
  readonly steps: Steps | null;
  readonly tested: Tested | null;
}

export const emptyRun: Run = { curves: new Curves(), steps: null, tested: null };

export interface KeptNet {
  readonly net: StoredNet;
  readonly run: Run;
}

export interface Choices {
  readonly slot: SlotName;
  readonly all: boolean;
}

const version = 1;
const keyOf = (slot: SlotName) => `images net ${slot}`;

export async function keepNet({ net, run }: KeptNet): Promise<void> {
  const { curves, steps, tested } = run;
  await remember(keyOf(net.slot), { version, net, points: curves.points, steps, tested });
}

export const forgetNet = (slot: SlotName): Promise<void> => forget(keyOf(slot));

export async function recallNets(): Promise<KeptNet[]> {
  const found = await Promise.all(slotNames.map((slot) => recall(keyOf(slot))));
  return found.flatMap((one) => {
    if (!isOfVersion(one)) return [];
    const { net, points, steps, tested } = one as unknown as { net: StoredNet; points: CurvePoint[] } & Omit<
      Run,
      "curves"
    >;
    return [{ net, run: { curves: new Curves(points), steps, tested } }];
  });
}

export const keepDrawing = (drawing: Drawing) => remember("images drawing", { version, drawing });

export async function recallDrawing(): Promise<Drawing | null> {
  const found = await recall("images drawing");
  return isOfVersion(found) ? (found as unknown as { drawing: Drawing }).drawing : null;
}

export const keepChoices = (choices: Choices) => remember("images choices", { version, ...choices });

export async function recallChoices(): Promise<Choices | null> {
  const found = await recall("images choices");
  return isOfVersion(found) ? (found as unknown as Choices) : null;
}

const isOfVersion = (value: unknown): value is { readonly version: typeof version } =>
  typeof value === "object" && value !== null && "version" in value && value.version === version;
