// The kinds of failure that a program may tell apart: the values of an error's `code`, and their meanings.

/** Each code of ChainruleError with its meaning. */
export const errorCodes = {
  shape: "Shapes, or numbers of elements, that do not fit together or do not fit the call.",
  dtype: "An element type that the call does not take.",
  index: "An index or a dim outside of its range.",
  option: "An option or argument of the right type with a value that the call does not take.",
  type: "An argument of a type that the call does not take, such as a string where a tensor belongs.",
  gradient:
    "A gradient that does not exist or cannot be computed: the tensor has no history, is not a leaf, or was assigned since.",
  traced: "Something that cannot be done while compile traces a function, or with a tensor of a trace that is over.",
  transformed:
    "Something that cannot be done while vmap or another transformation runs a function, or with its tensors later.",
  order: "A call that comes too early or too late: there is nothing to explain yet, or a run is in its loop already.",
  state: "A state dict, a checkpoint or a state of a program that does not fit, or is only half written.",
  diverged: "Training whose loss became NaN or infinite.",
  nonfinite: "An operation that made a NaN or an infinity under checkFinite.",
  data: "A data set or its labels that training cannot use.",
  file: "A file, or bytes, that cannot be read or written, or do not hold what their format demands.",
  package: "An optional package that is not installed, or is too old, or a second copy of this one.",
  platform: "Something that this engine or browser does not have.",
  memory: "More memory than there is.",
  device: "A device or thread that failed, or contents that live on another one.",
  internal: "A bug in chainrule itself.",
} as const;

/** The codes of ChainruleError. */
export type ErrorCode = keyof typeof errorCodes;
