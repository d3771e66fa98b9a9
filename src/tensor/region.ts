// Regions: the ops that a composite consists of carry its name, so that a trace can show a softmax as a softmax, and other formats can write
// it as one op.
import { transformedName } from "./levels.ts";

export interface RegionName {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly parent: RegionName | null;
}

let current: RegionName | null = null;

/** The innermost composite that is being computed. */
export const currentRegion = (): RegionName | null => current;

/**
 * Runs the body, and marks its ops as those of the composite with this name. Inside vmap the ops of a softmax are no softmax, but one of a whole
 * batch: "vmap(softmax)", without the softmax's attributes.
 */
export function inRegion<T>(name: string, attributes: Readonly<Record<string, unknown>>, body: () => T): T {
  const parent = current;
  const transformed = transformedName(name);
  current = { name: transformed, attributes: transformed === name ? attributes : {}, parent };
  try {
    return body();
  } finally {
    current = parent;
  }
}
