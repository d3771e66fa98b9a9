// Part 3: the same net computed in three ways.
import type { Refusal } from "../../engine/gpu.ts";
import { reasonOf } from "./gpu.ts";

export const race = {
  name: "Efficiency",
  title: "Everything else is efficiency",
  lead: "The same net three times: number by number, array by array, and compiled. Only the speed differs.",

  start: "Start the race",
  pause: "Pause",
  goOn: "Continue",
  again: "Race again",
  restart: "Start again",
  size: "Neurons in each of the two hidden layers",
  failed: (reason: string) => `The race stopped: ${reason}`,
  away: "Paused while out of view",
  time: (now: string, all: string) => `${now} of ${all} s for each net`,
  timeLabel: "Time that each net has had",

  lanes: {
    scalars: {
      name: "Number by number",
      what: "Each number is an object that remembers how it was computed. This is the whole idea, in a hundred lines.",
    },
    arrays: {
      name: "Array by array",
      what: "Each tensor remembers how it was computed. One operation computes thousands of numbers.",
    },
    compiled: {
      name: "Compiled",
      what: "The whole training step, forward, backward and update, becomes one WebAssembly program.",
    },
    gpu: {
      name: "Compiled for the GPU",
      what: "The same step becomes programs for the graphics processor, sent there together. A net as small as this one waits for the way there and back.",
    },
  },
  surface: (name: string) => `The output of the net of “${name}” at each point of the plane`,
  perSecond: "steps a second",
  times: (factor: string) => `${factor} times as fast`,
  stepsOf: (name: string) => `Steps of “${name}”, compared with the fastest`,
  steps: (count: string) => (count === "1" ? "1 step" : `${count} steps`),
  compiling: (seconds: string) => `${seconds} s of its time went into compiling`,
  loss: (loss: string) => `loss ${loss}`,

  gpuIs: (adapter: string) => `It runs on: ${adapter}.`,
  softwareGpu: (adapter: string) => `It runs on: ${adapter}, a GPU in software, which computes on the processor.`,
  refusedGpu: (adapter: string, refusal: Refusal) => `The GPU ${adapter} is not in the race. ${reasonOf(refusal)}`,

  rules: (seconds: string) =>
    `All three start with the same weights and learn from the same hundred points. They take turns on one processor until each has had ${seconds} seconds. The squares show, as in the part before, what each net answers at each point of the plane.`,
  rulesGpu: (seconds: string) =>
    `All four start with the same weights and learn from the same hundred points. They take turns until each has had ${seconds} seconds; the time on the GPU lasts until its numbers are back. The squares show, as in the part before, what each net answers at each point of the plane.`,
  result: (seconds: string, slow: string, middle: string, fast: string) =>
    `In the same ${seconds} seconds: ${slow} number by number, ${middle} array by array, ${fast} compiled.`,
  resultGpu: (seconds: string, slow: string, middle: string, fast: string, gpu: string) =>
    `In the same ${seconds} seconds: ${slow} number by number, ${middle} array by array, ${fast} compiled, ${gpu} on the GPU.`,
  same: (step: string, loss: string, nets: number) =>
    `After ${step} ${step === "1" ? "step" : "steps"}, all ${nets === 4 ? "four" : "three"} have the same loss, ${loss}: they compute the same.`,
  rounded: (step: string, losses: string) =>
    `After ${step} ${step === "1" ? "step" : "steps"}, their losses are ${losses}. They compute the same with different rounding: float64 for single numbers, float32 for arrays.`,
  chart: "Loss",
  chartLabel: "Loss by the time that each net has had",
  seconds: "s",

  compilerMade: "What the compiler made",
  chapterAs: (name: string) => `The ${name}, as explain() prints it`,
  chapters: {
    graph: {
      name: "graph",
      what: "Every operation of a whole training step: forward, backward and update, each value with its shape.",
    },
    kernels: {
      name: "kernels",
      what: "The same step as loops. Operations on the same numbers share one loop, so that the numbers stay in registers instead of going through memory.",
    },
    functions: {
      name: "functions",
      what: "How each loop is divided for the processor: four numbers at once, in tiles that stay in registers.",
    },
    loops: {
      name: "loops",
      what: "Every function of the kernels as it runs: how many numbers at a time, what stays in registers, which loops are written out.",
    },
    threads: {
      name: "threads",
      what: "Which thread computes which part, when several threads share the step.",
    },
    memory: {
      name: "memory",
      what: "When each value is needed. Values that are never needed at the same time share one place in memory.",
    },
    module: {
      name: "module",
      what: "What another compiler gets, which runs the step outside of the browser.",
    },
  },
  ask: "Why is the compiled step so much faster, if it does the same arithmetic?",
  answer:
    "Number by number, each addition makes an object, remembers its inputs and is visited again on the way back. The compiled program has none of that left: it knows every loop before it starts, computes four numbers at once, and uses its memory again at each step.",
};
