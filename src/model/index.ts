// "chainrule/model": nets as model files describe them: made by name for a data set, written to bytes and read again. It uses no file system,
// so it runs in pages too.
export {
  type Architecture,
  type ArchitectureName,
  architectureNames,
  architectures,
  leastSide,
} from "./architectures.ts";
export { Backbone } from "./backbones/backbone.ts";
export {
  type BackboneFault,
  type ReadBackbone,
  type ReadBackboneOptions,
  readBackbone,
} from "./backbones/read.ts";
export { type BackboneInput, type BackboneName, backboneNames, buildBackbone } from "./backbones/table.ts";
export { withClassifier } from "./backbones/with-classifier.ts";
export { type Description, format, type ModelFault, type ReadModel, readModel, writeModel } from "./format.ts";
export { build, type Layer } from "./layers.ts";
