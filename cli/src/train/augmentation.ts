// The changes of pictures from epoch to epoch: the defaults of the kind of data, each replaced by the option of its name. Whether pictures
// are mirrored is decided by a measurement (mirroring.ts) where no option says it.
import type { Augmentation } from "chainrule/data";
import { BadInput } from "../failure.ts";
import { short } from "../wording.ts";

/** The options that were typed; undefined for those that were not. */
export interface ChangeOptions {
  readonly augment?: boolean;
  readonly flip?: boolean;
  /** Pixels. */
  readonly shift?: number;
  /** Degrees. */
  readonly rotate?: number;
  /** A part of the side. */
  readonly crop?: number;
  /** A part of the side. */
  readonly erase?: number;
  /** The largest change of brightness, contrast and saturation, 0 … 1; hues move by a quarter of it. */
  readonly jitter?: number;
  /** The parameter of the beta distribution from which parts are drawn. */
  readonly mixup?: number;
}

export interface Changes {
  readonly augment: Augmentation | null;
  /** Whether it is still to be decided if pictures are mirrored; `augment` then has flip: false. */
  readonly undecided: boolean;
}

/** The order in which the changes are named. */
export const changeNames = ["shift", "rotate", "crop", "erase", "jitter", "mixup", "flip"] as const;

/** "--shift 3", "--flip"; null where the option was not typed. */
export function typed(name: (typeof changeNames)[number], options: ChangeOptions): string | null {
  const value = options[name];
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? `--${name}` : `--no-${name}`;
  return `--${name} ${value}`;
}

/** Throws BadInput where --no-augment stands beside an option that asks for a change. */
export function checkChanges(options: ChangeOptions): void {
  if (options.augment !== false) return;
  const asked = changeNames.filter((name) => Number(options[name] ?? 0) > 0).map((name) => typed(name, options));
  if (asked.length > 0)
    throw new BadInput(
      `--no-augment: switches all changes off, but ${asked.join(" and ")} ${asked.length === 1 ? "asks" : "ask"} for one; leave --no-augment out, or the other`,
    );
}

/** The changes for pictures of this shape, [N, C, H, W]. `byDefault`: whether this kind of data is changed without being asked. */
export function chooseChanges(options: ChangeOptions, byDefault: boolean, shape: readonly number[]): Changes {
  const [, , height, width] = shape;
  const side = Math.min(height, width);
  if (options.shift !== undefined && options.shift >= side)
    throw new BadInput(
      `--shift ${options.shift}: would move pictures of ${width}×${height} out of sight; give at most ${side - 1} pixels, better ${Math.max(1, Math.round(side / 14))}`,
    );
  const all = options.augment ?? byDefault;
  const { shift, rotate, crop, erase } = all ? defaultChanges(side) : noChanges;
  const augment = {
    shift: options.shift ?? shift,
    rotate: options.rotate ?? rotate,
    crop: options.crop ?? crop,
    erase: options.erase ?? erase,
    ...(options.jitter === undefined ? {} : { jitter: options.jitter }),
    ...(options.mixup === undefined ? {} : { mixup: options.mixup }),
    flip: options.flip ?? false,
  };
  const undecided = all && options.flip === undefined;
  return { augment: undecided || isChange(augment) ? augment : null, undecided };
}

const noChanges = { shift: 0, rotate: 0, crop: 0, erase: 0 } as const;

/** Changes so small that a picture keeps its class. */
const defaultChanges = (side: number) => ({ shift: Math.round(side / 14), rotate: 8, crop: 0.1, erase: 0 });

const isChange = (augment: Augmentation): boolean => changeNames.some((name) => Number(augment[name] ?? 0) > 0);

/** The same changes, with pictures mirrored or not; null where nothing changes. */
export function mirrored(augment: Augmentation | null, flip: boolean): Augmentation | null {
  const changed = { ...augment, flip };
  return isChange(changed) ? changed : null;
}

/** "shifted by up to 2 pixels, rotated by up to 8°, cropped by up to 10 %, and mirrored half of the time" */
export function changesInWords(changes: Augmentation): string {
  const { shift = 0, rotate = 0, crop = 0, erase = 0, jitter = 0, mixup = 0, flip = false } = changes;
  const parts = [
    shift > 0 ? `shifted by up to ${shift} ${shift === 1 ? "pixel" : "pixels"}` : null,
    rotate > 0 ? `rotated by up to ${rotate}°` : null,
    crop > 0 ? `cropped by up to ${short(100 * crop)} %` : null,
    erase > 0 ? `covered by a rectangle of up to ${short(100 * erase)} % of its sides half of the time` : null,
    typeof jitter === "number" && jitter > 0 ? `changed in its colours by up to ${short(100 * jitter)} %` : null,
    mixup > 0 ? "mixed with another one" : null,
    flip ? "mirrored half of the time" : null,
  ].filter((part) => part !== null);
  const last = parts.pop() ?? "used as it is";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}
