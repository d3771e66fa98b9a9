// The settings of a run in an address, and what of a run a link can hold: all edits, as far as the link stays short enough to be sent.
import { type Point, reach } from "../../points/datasets.ts";
import { type InputName, inputNames } from "./inputs.ts";
import { activations, dataNames, defaultSettings, defaultsFor, type Edit, limits, type Settings } from "./settings.ts";

/** Characters of a link's settings. Chats and mail pass on addresses of this length; 300 points and 300 edits fit into it. */
export const maxLinkLength = 8000;

/** The settings as an address has them; those with the default value of their data set are left out. */
export function written(settings: Settings): Record<string, string> {
  const own = texts(settings);
  const defaults = new Map(Object.entries(texts(defaultsFor(settings.data))));
  const isWritten = (name: string, value: string) =>
    name === "data" ? settings.data !== defaultSettings.data : value !== defaults.get(name);
  return Object.fromEntries(Object.entries(own).filter(([name, value]) => isWritten(name, value)));
}

function texts(settings: Settings): Record<string, string> {
  return {
    data: settings.data,
    in: settings.inputs.join("."),
    layers: settings.layers.join(".") || "0",
    act: settings.activation,
    rate: String(settings.rate),
    decay: String(settings.decay),
    noise: String(settings.noise),
    count: String(settings.count),
    seed: String(settings.seed),
    points: settings.data === "yours" ? settings.points.map(pointText).join("") : "",
    edits: settings.edits.map(editText).join("_"),
  };
}

const editText = ({ step, target, value }: Edit): string => `${step}*${target}*${value}`;

export interface Link {
  readonly settings: Record<string, string>;
  /** The step up to which the link repeats the run: an earlier one where not all edits fit. */
  readonly step: number;
  /** The number of edits in the link, and of those up to the run's current step. */
  readonly edits: number;
  readonly allEdits: number;
}

/** A link that repeats a run up to its current step, or as far as the edits that fit into it lead. */
export function linkOf(settings: Settings, step: number): Link {
  const all = settings.edits.filter((edit) => edit.step <= step).toSorted((a, b) => a.step - b.step);
  const lengthWith = (edits: readonly Edit[]) => new URLSearchParams(written({ ...settings, edits })).toString().length;
  let fitting = all.length;
  for (let room = lengthWith(all); fitting > 0 && room > maxLinkLength; fitting--)
    room -= editText(all[fitting - 1]).length + 1;
  const last = fitting < all.length ? Math.min(step, all[fitting].step) : step;
  const edits = fitting < all.length ? all.slice(0, fitting).filter((edit) => edit.step < last) : all;
  const to: Record<string, string> = last > 0 ? { to: String(last) } : {};
  return {
    settings: { ...written({ ...settings, edits }), ...to },
    step: last,
    edits: edits.length,
    allEdits: all.length,
  };
}

export interface Reading {
  readonly settings: Settings;
  /** The step to which the link leads; 0 without one. */
  readonly to: number;
  /** The parts of the address that could not be read, as they stand there: "act=step". */
  readonly unread: readonly string[];
}

/** Reads the settings of an address. A setting without a valid value gets the default of its data set and is named in `unread`. */
export function read(query: URLSearchParams): Reading {
  const unread: string[] = [];
  const taken = <T>(name: string, otherwise: T, parse: (text: string) => T | null): T => {
    const text = query.get(name);
    const value = text === null ? otherwise : parse(text);
    if (value === null) unread.push(`${name}=${text?.slice(0, 40)}`);
    return value ?? otherwise;
  };
  const oneOf =
    <T extends string>(names: readonly T[]) =>
    (text: string) =>
      names.find((name) => name === text) ?? null;
  const number = (isValid: (x: number) => boolean) => (text: string) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) && isValid(value) ? value : null;
  };
  const whole = (low: number, high: number) => number((x) => Number.isSafeInteger(x) && x >= low && x <= high);
  const data = taken("data", defaultSettings.data, oneOf(dataNames));
  const defaults = defaultsFor(data);
  const settings: Settings = {
    data,
    inputs: taken("in", defaults.inputs, inputsIn),
    points: data === "yours" ? taken("points", [], pointsIn) : [],
    layers: taken("layers", defaults.layers, layersIn),
    activation: taken("act", defaults.activation, oneOf(activations)),
    rate: taken(
      "rate",
      defaults.rate,
      number((x) => x > 0 && x <= 10),
    ),
    decay: taken(
      "decay",
      defaults.decay,
      number((x) => x >= 0 && x <= 1),
    ),
    noise: taken(
      "noise",
      defaults.noise,
      number((x) => x >= 0 && x <= limits.noise),
    ),
    count: taken("count", defaults.count, whole(2, limits.points)),
    seed: taken("seed", defaults.seed, whole(0, Number.MAX_SAFE_INTEGER)),
    edits: [],
  };
  const edits = taken("edits", [], (text) => editsIn(text, (one) => unread.push(`edit ${one.slice(0, 40)}`)));
  return { settings: { ...settings, edits }, to: taken("to", 0, whole(0, 1e9)), unread };
}

function inputsIn(text: string): readonly InputName[] | null {
  const names = text.split(".");
  const known = inputNames.filter((name) => names.includes(name));
  return known.length === names.length && known.length > 0 ? known : null;
}

function layersIn(text: string): readonly number[] | null {
  if (text === "0") return [];
  const layers = text.split(".").map(Number);
  const isSize = (size: number) => Number.isSafeInteger(size) && size >= 1 && size <= limits.neurons;
  return layers.length <= limits.layers && layers.every(isSize) ? layers : null;
}

function editsIn(text: string, unread: (one: string) => void): Edit[] {
  if (text === "") return [];
  return text.split("_").flatMap((one) => {
    const [step, target, value] = one.split("*");
    const edit = { step: Number(step), target: target ?? "", value: Number(value) };
    const isKnown = /^(rate|decay|\d+\.\d+\.(\d+|b))$/.test(edit.target);
    const isStep = step !== "" && Number.isSafeInteger(edit.step) && edit.step >= 0;
    if (isKnown && value !== undefined && value !== "" && isStep && Number.isFinite(edit.value)) return [edit];
    unread(one);
    return [];
  });
}

/** A coordinate is written as two digits of base 36: this many steps from one edge of the plane to the other. */
const steps = 36 * 36 - 1;
const digits = (x: number) =>
  Math.round(((x / reach + 1) / 2) * steps)
    .toString(36)
    .padStart(2, "0");
const pointText = ({ x, y, kind }: Point): string => `${digits(x)}${digits(y)}${kind > 0 ? "b" : "o"}`;
const place = (two: string): number => reach * ((2 * Number.parseInt(two, 36)) / steps - 1);
const pointOf = (five: string): Point => ({
  x: place(five.slice(0, 2)),
  y: place(five.slice(2, 4)),
  kind: five[4] === "b" ? 1 : -1,
});

function pointsIn(text: string): readonly Point[] | null {
  if (!/^(?:[0-9a-z]{4}[bo])*$/.test(text) || text.length > 5 * limits.points) return null;
  return (text.match(/.{5}/g) ?? []).map(pointOf);
}

/** A point rounded to what the address can hold. */
export const rounded = (point: Point): Point => pointOf(pointText(point));
