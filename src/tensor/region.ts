// Regions: the ops that a composite consists of carry its name, so that a trace can show a softmax as a softmax, and other formats can write
// it as one op.

export interface RegionName {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly parent: RegionName | null;
}

let current: RegionName | null = null;

/** The innermost composite that is being computed. */
export const currentRegion = (): RegionName | null => current;

/** Runs the body, and marks its ops as those of the composite with this name. */
export function inRegion<T>(name: string, attributes: Readonly<Record<string, unknown>>, body: () => T): T {
  const parent = current;
  current = { name, attributes, parent };
  try {
    return body();
  } finally {
    current = parent;
  }
}

const transformed = new WeakMap<RegionName, Map<string, RegionName>>();

/** Runs the body with the current region as one of a transformation: its ops are no softmax any more, but "vmap(softmax)". */
export function inTransformed<T>(by: string, body: () => T): T {
  const before = current;
  current = transformedBy(by, before);
  try {
    return body();
  } finally {
    current = before;
  }
}

function transformedBy(by: string, region: RegionName | null): RegionName | null {
  if (region === null) return null;
  const known = transformed.get(region) ?? new Map<string, RegionName>();
  transformed.set(region, known);
  const existing = known.get(by);
  if (existing !== undefined) return existing;
  const made = { name: `${by}(${region.name})`, attributes: {}, parent: transformedBy(by, region.parent) };
  known.set(by, made);
  return made;
}
