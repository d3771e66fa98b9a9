// The public API of chainrule-xla. Its import registers the backend "xla" of compile().
import { registerBackend } from "chainrule/compiler";
import { xla } from "./backend.ts";

export { type XlaStatus, xlaClose, xlaReady } from "./current.ts";
export type { Manifest, ManifestArgument, ManifestResult, StateOwner } from "./manifest.ts";
export { localCoordinator } from "./runner/coordinator.ts";
export type { XlaOptions } from "./runner/options.ts";
export { type StableHLO, toStableHLO } from "./to-stablehlo.ts";

registerBackend(xla);
