// The public API of chainrule-xla.
export type { Manifest, ManifestArgument, ManifestResult, StateOwner } from "./manifest.ts";
export { type StableHLO, toStableHLO } from "./to-stablehlo.ts";
