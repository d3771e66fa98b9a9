// The scale of a chart's axis: its ends, linear or logarithmic, the numbers that stand beside it and how they are written.
import { nice, tickStep, ticks } from "d3-array";

export type ScaleKind = "linear" | "log";
/** "auto" takes the logarithmic scale where positive values span at least `spanForLog`. */
export type ScaleChoice = ScaleKind | "auto";

export type List = readonly (number | null)[];

export interface Scale {
  readonly kind: ScaleKind;
  readonly ends: readonly [low: number, high: number];
  /** Where x lies between the ends, 0 to 1; values beyond an end lie at that end. */
  readonly share: (x: number) => number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** The largest divided by the smallest value from which a linear scale would hide most of a curve: two decades. */
const spanForLog = 100;

interface Options {
  readonly choice?: ScaleChoice | undefined;
  /** Fixed ends; without them the ends follow from the data. */
  readonly range?: readonly [number, number] | undefined;
  /** About how many ticks. */
  readonly count: number;
  /** Whether the ends move outwards to round numbers. */
  readonly rounded?: boolean;
  /** The language in which numbers are written. */
  readonly locale?: string | undefined;
}

export function scaleOf(lists: readonly List[], options: Options): Scale {
  const { choice = "linear", range, count, rounded = false, locale = "en" } = options;
  const [low, high] = range ?? endsOf(lists, false);
  const [least] = range ?? endsOf(lists, true);
  const spans = least > 0 && low >= 0 && high / least >= spanForLog;
  if (least > 0 && (choice === "log" || (choice === "auto" && spans))) return logScale(least, high, count, locale);
  return linearScale(rounded && range === undefined ? nice(low, high, count) : [low, high], count, locale);
}

function linearScale(ends: readonly [number, number], count: number, locale: string): Scale {
  const [low, high] = ends;
  const step = tickStep(low, high, count);
  // 0.25 between ticks needs two decimals, 0.2 needs one.
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const needed = Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6 ? digits + 1 : digits;
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const significant = Math.min(15, 2 + Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step) + 1e-9));
  const write = (x: number) =>
    largest >= 1e6 || step < 1e-5
      ? figure(x, locale, significant)
      : x.toLocaleString(locale, { minimumFractionDigits: needed, maximumFractionDigits: needed });
  return {
    kind: "linear",
    ends,
    share: (x) => within((x - low) / (high - low)),
    ticks: ticks(low, high, count).map((value) => ({ value, text: write(value) })),
  };
}

/** Between powers of ten, or between 1, 2 and 5 times such a power where the values span less than two decades. */
function logScale(least: number, high: number, count: number, locale: string): Scale {
  const inDecades = [Math.log10(least), Math.log10(high)] as const;
  const few = inDecades[1] - inDecades[0] < 2;
  const marks = few ? [1, 2, 5] : [1];
  const [from, to] = [Math.floor(inDecades[0] + 1e-9), Math.ceil(inDecades[1] - 1e-9)];
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((power) =>
    marks.map((mark) => ({ value: mark * 10 ** power, text: powerText(mark, power, locale) })),
  );
  const first = all.findLastIndex(({ value }) => value <= least * (1 + 1e-9));
  const last = all.findIndex(({ value }) => value >= high * (1 - 1e-9));
  const span = all.slice(Math.max(first, 0), last < 0 ? all.length : last + 1);
  const ends = [span[0].value, Math.max(span[span.length - 1].value, span[0].value * 10)] as const;
  const [bottom, top] = [Math.log10(ends[0]), Math.log10(ends[1])];
  const every = Math.max(1, Math.ceil((span.length - 1) / Math.max(count, 2)));
  return {
    kind: "log",
    ends,
    share: (x) => (x > 0 ? within((Math.log10(x) - bottom) / (top - bottom)) : 0),
    ticks: span.filter((_, i) => i % every === 0),
  };
}

const superscript = (x: number) => String(x).replace(/./g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]));

function powerText(mark: number, power: number, locale: string): string {
  if (power > 4 || power < -4) return `${mark === 1 ? "" : `${mark}·`}10${superscript(power)}`;
  return (mark * 10 ** power).toLocaleString(locale, { maximumFractionDigits: 4 });
}

/** A value as the read-out writes it: `digits` significant digits, and powers of ten where it is very large or very small. */
export function figure(x: number, locale = "en", digits = 3): string {
  const size = Math.abs(x);
  if (!Number.isFinite(x)) return String(x);
  if (size === 0 || (size >= 1e-4 && size < 1e6))
    return x.toLocaleString(
      locale,
      size >= 10 ** digits ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits },
    );
  const power = Math.floor(Math.log10(size));
  return `${(x / 10 ** power).toLocaleString(locale, { maximumSignificantDigits: digits })}·10${superscript(power)}`;
}

const within = (share: number): number => Math.max(0, Math.min(1, share));

/** The smallest and the largest finite number (above zero, if asked); two equal ends are moved apart: no scale is empty. */
function endsOf(lists: readonly List[], positive: boolean): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists)
    for (const x of list) {
      if (x === null || !Number.isFinite(x) || (positive && x <= 0)) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
  if (low > high) return [0, 1];
  return low === high ? [low, low + Math.max(1, Math.abs(low))] : [low, high];
}
