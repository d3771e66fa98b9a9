// What options take. A value that makes no sense is refused here, before anything is loaded.
import { InvalidArgumentError } from "commander";

export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };
}

const number = (text: string) => (/^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN);

export function positive(text: string): number {
  const value = number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("Give a number above 0, such as 0.003.");
  return value;
}

export function fraction(text: string): number {
  const value = number(text);
  if (!(value >= 0 && value < 1))
    throw new InvalidArgumentError("Give a part from 0 to below 1, such as 0.1; 0 for none.");
  return value;
}

const largest = 4096;

export function size(text: string): readonly [height: number, width: number] {
  const [, height, width] = (/^(\d+)[x×](\d+)$/i.exec(text) ?? []).map(Number);
  const fine = (side: number | undefined): side is number => side !== undefined && side >= 1 && side <= largest;
  if (!fine(height) || !fine(width))
    throw new InvalidArgumentError(`Give height and width in pixels, 1 to ${largest} each, such as 32x32.`);
  return [height, width];
}
