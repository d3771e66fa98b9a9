// Parses the values of options. An invalid value is refused here, before anything is loaded.
import { InvalidArgumentError } from "commander";

export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };
}

const number = (text: string) => (/^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN);

/** A number above 0; the message gives `example`. */
export function positive(example: string): (text: string) => number {
  return (text) => {
    const value = number(text);
    if (!(value > 0 && Number.isFinite(value)))
      throw new InvalidArgumentError(`Give a number above 0, such as ${example}.`);
    return value;
  };
}

export function fraction(text: string): number {
  const value = number(text);
  if (!(value >= 0 && value < 1))
    throw new InvalidArgumentError("Give a fraction from 0 to below 1, such as 0.1; 0 for none.");
  return value;
}

/** A number of some unit, within bounds. */
export function amount(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    const value = number(text);
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give ${unit}, ${min} to ${max}; 0 for none.`);
    return value;
  };
}

const units: ReadonlyMap<string, number> = new Map([
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
]);

/** A number of bytes with its unit, such as 512MB; the message gives `example`. */
export function bytes(example: string): (text: string) => number {
  return (text) => {
    const [, count, unit] = /^([\d.]+) ?([kmg]b)$/i.exec(text) ?? [];
    const value = Math.round(Number(count) * (units.get(unit?.toLowerCase()) ?? Number.NaN));
    if (!(value > 0 && Number.isSafeInteger(value)))
      throw new InvalidArgumentError(`Give a size with its unit, kB, MB or GB, such as ${example}.`);
    return value;
  };
}

/** Pixels. */
const maxSide = 4096;

export function size(text: string): readonly [height: number, width: number] {
  const [, height, width] = (/^(\d+)[x×](\d+)$/i.exec(text) ?? []).map(Number);
  const isSide = (side: number | undefined): side is number => side !== undefined && side >= 1 && side <= maxSide;
  if (!isSide(height) || !isSide(width))
    throw new InvalidArgumentError(`Give height and width in pixels, 1 to ${maxSide} each, such as 32x32.`);
  return [height, width];
}

/** A text that is not empty; the message says what it is. */
export function text(what: string): (text: string) => string {
  return (given) => {
    if (given.trim() === "") throw new InvalidArgumentError(`Give ${what}.`);
    return given;
  };
}
