// The formats of numbers that the page alone uses.
import { thousands } from "../wording.ts";

const minus = "\u2212";
const narrow = "\u202f";

/** 98.12 %. A fraction strictly between 0 and 1 is never rounded to 0 % or 100 %. */
export function percent(fraction: number, digits = 1): string {
  const [lowest, highest] = [10 ** -digits, 100 - 10 ** -digits];
  const value = 100 * fraction;
  const shown = value > 0 && value < lowest ? lowest : value < 100 && value > highest ? highest : value;
  return `${shown.toFixed(digits)}${narrow}%`;
}

/** Three significant digits: 0.0412, 1.23, 5.12e−6. */
export function decimal(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e4 || size < 1e-4 ? size.toExponential(2) : size.toPrecision(3);
  return (value < 0 ? minus : "") + text.replace("e-", `e${minus}`).replace("e+", "e");
}

/** "0.42 s", "41 s", "3 min 20 s", "2 h 5 min" */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

export const times = (value: number): string =>
  value === 1 ? "once" : value === 2 ? "twice" : `${thousands(value)} times`;
