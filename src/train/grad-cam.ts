// Grad-CAM (Selvaraju et al. 2017): where in a picture a net sees a class. The feature map A [C, H', W'] of a layer has features for each
// place of the picture; the gradient of the class's logit y says how much each of them counts:
//
//   weight of channel c    a[c] = mean over the places of dy/dA[c]
//   raw                    Σ a[c] · A[c], for each place: above 0 what speaks for the class, below 0 what speaks against it
//   heat                   max(raw, 0) / the largest raw of the picture; 0 everywhere where nothing speaks for the class
//
// Example: two channels of one row, A = [[1, 0], [2, 2]], and a = [3, -1]: raw = [1, -2], heat = [1, 0].
import { type Compiled, compile } from "../compiler/compile.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { type Layer, Module } from "../nn/module.ts";
import { checkTensor, shown, takes } from "../tensor/arguments.ts";
import { arange, tensor } from "../tensor/create.ts";
import { grad } from "../tensor/derivatives.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import { stack } from "../tensor/functions.ts";
import { noGrad } from "../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { Tensor } from "../tensor/tensor.ts";
import { inMode } from "./modes.ts";
import { isLayer, isPooling, withResults } from "./results.ts";

/** The options of gradCam. */
export interface GradCamOptions {
  /** The layer of the model whose result is the feature map, [N, C, H', W']; of a backbone it is its featureMap. */
  readonly layer?: Layer | undefined;
  /** Maximal number of threads; default: all. Results do not depend on it. */
  readonly threads?: number | undefined;
}

/** Where a net sees a class, for each picture: [N, H', W'], or for K classes of each picture [N, K, H', W']. float32. */
export interface GradCam {
  /** From 0 to 1: the largest of each map is 1, unless nothing speaks for the class. */
  readonly heat: Tensor;
  /** The sums before they are cut off at 0 and scaled, in units of the logit times the number of places. */
  readonly raw: Tensor;
}

const names: OptionNames<GradCamOptions> = { layer: true, threads: true };

/** A program, and the number of classes that the model turned out to have. */
interface Program {
  readonly run: Compiled<[x: Tensor, classes: Tensor], GradCam>;
  readonly found: { classes: number };
}

/** By model, by layer (the model itself where none is given), and by number of threads. */
const programs = new WeakMap<Layer, WeakMap<Layer, Map<number | undefined, Program>>>();

/**
 * Shows which places of pictures speak for a class (Grad-CAM). The model gives logits [N, K], is in evaluation mode meanwhile, and takes x as
 * it was normalised in training. `classes` is the index of one class for all pictures, or of one for each, int [N], or of several for each,
 * int [N, C]. The feature map is the result of `layer`, or of the last layer that gives [N, C, H', W'] with more than one place; nested
 * Sequentials and other modules are looked through. It runs as one program for each shape of x, and changes no gradient. Throws if the model
 * has no such layer, or if a class is not among the logits.
 */
export function gradCam(
  model: Layer,
  x: Tensor,
  classes: number | readonly number[] | Tensor,
  options: GradCamOptions = {},
): GradCam {
  takes("gradCam", arguments.length, 4);
  checkOptions("gradCam", options, names);
  checkTensor("gradCam", "x", x);
  const { layer, threads } = options;
  if (threads !== undefined) checkWhole("gradCam", "threads", threads, { from: 1 });
  if (!(model instanceof Module) || !isLayer(model))
    throw new ChainruleError("type", "gradCam", `the model is a Module with a forward(x), not ${shown(model)}`);
  if (x.ndim < 1 || x.shape[0] < 1 || !isFloating(x.dtype))
    throw new ChainruleError("shape", "gradCam", `x is floating, with a row for each picture, not ${describe(x)}`);
  if (layer !== undefined && !model.modules().includes(layer))
    throw new ChainruleError("option", "gradCam", "layer is none of the model's; give one of model.modules()", {
      option: "layer",
    });
  const wanted = classesOf(classes, x.shape[0]);
  const { run, found } = programOf(model, layer, threads);
  const maps = inMode(model, false, () => run(x, wanted));
  const largest = wanted.max().item();
  if (largest >= found.classes)
    throw new ChainruleError(
      "data",
      "gradCam",
      `class ${largest} is outside the ${found.classes} classes of the model, 0 to ${found.classes - 1}`,
    );
  return maps;
}

/** The classes as int32 [N] or [N, C]. */
function classesOf(classes: unknown, count: number): Tensor {
  const made =
    classes instanceof Tensor
      ? classes
      : Array.isArray(classes) && classes.length > 0
        ? tensor(Int32Array.from(classes, (one) => (isWhole(one) ? one : -1)))
        : isWhole(classes)
          ? tensor(new Int32Array(count).fill(classes))
          : null;
  if (
    made === null ||
    made.size === 0 ||
    !(made.ndim === 1 || made.ndim === 2) ||
    made.shape[0] !== count ||
    !(made.dtype === "int32" || made.dtype === "uint8")
  )
    throw new ChainruleError(
      "shape",
      "gradCam",
      `classes is the index of a class, or int [${count}] or [${count}, C] of them for ${count} pictures, not ${shown(classes)}`,
    );
  if (made.data.some((one) => one < 0))
    throw new ChainruleError("data", "gradCam", "classes are whole numbers from 0, the indices of logits");
  return made.to("int32");
}

function programOf(model: Layer, layer: Layer | undefined, threads: number | undefined): Program {
  const ofModel = programs.get(model) ?? new WeakMap<Layer, Map<number | undefined, Program>>();
  programs.set(model, ofModel);
  const ofLayer = ofModel.get(layer ?? model) ?? new Map<number | undefined, Program>();
  ofModel.set(layer ?? model, ofLayer);
  const known = ofLayer.get(threads);
  if (known !== undefined) return known;
  const found = { classes: 0 };
  const mapsFor = (x: Tensor, classes: Tensor) => noGrad(() => mapsOf({ model, layer, found }, x, classes));
  const program = { run: compile(mapsFor, { threads }), found };
  ofLayer.set(threads, program);
  return program;
}

interface Wanted {
  readonly model: Layer;
  readonly layer: Layer | undefined;
  readonly found: { classes: number };
}

/** The maps of all classes. The net runs once: what the runs for several classes have in common is computed once. */
function mapsOf({ model, layer, found }: Wanted, x: Tensor, classes: Tensor): GradCam {
  const place = placeOf(model, x, layer);
  const logitsFrom = (map: Tensor) => {
    let call = 0;
    const see = (_: Layer, result: Tensor) => (call++ === place.call ? map : result);
    return withResults([place.layer], see, () => model.forward(x));
  };
  const logits = logitsFrom(place.map);
  if (logits.ndim !== 2 || logits.shape[0] !== x.shape[0])
    throw new ChainruleError(
      "shape",
      "gradCam",
      `for ${x.shape[0]} pictures the model gives ${describe(logits)}; it must be [${x.shape[0]}, classes], their logits`,
    );
  found.classes = logits.shape[1];
  const several = classes.ndim === 1 ? classes.reshape([-1, 1]) : classes;
  const raws = Array.from({ length: several.shape[1] }, (_, k) => {
    const chosen = several.slice(null, [k, k + 1]).eq(arange(found.classes));
    const gradient = grad((map: Tensor) => logitsFrom(map).where(chosen, 0).sum())(place.map);
    return gradient.mean([-2, -1], true).mul(place.map).sum(1).to("float32");
  });
  const raw = classes.ndim === 1 ? raws[0] : stack(raws, 1);
  const positive = raw.relu();
  const largest = positive.max(-1, true).max(-2, true);
  return { raw, heat: positive.div(largest.where(largest.gt(0), 1)) };
}

/** The layer, which of its calls gives the feature map, counted from 0, and the map. */
interface Place {
  readonly layer: Layer;
  readonly call: number;
  readonly map: Tensor;
}

function placeOf(model: Layer, x: Tensor, wanted: Layer | undefined): Place {
  const calls = new Map<Layer, number>();
  const places: Place[] = [];
  const see = (layer: Layer, map: Tensor) => {
    const call = calls.get(layer) ?? 0;
    calls.set(layer, call + 1);
    if (map.ndim === 4 && isFloating(map.dtype) && (wanted !== undefined || map.shape[2] * map.shape[3] > 1))
      places.push({ layer, call, map });
    return map;
  };
  withResults(wanted === undefined ? candidates(model) : [wanted], see, () => model.forward(x));
  const last = places.pop();
  if (last !== undefined) return last;
  throw new ChainruleError(
    "option",
    "gradCam",
    wanted === undefined
      ? "no layer of this model gives [N, C, H, W] with more than one place, so it does not say where something is; take a convolutional net, or name a layer"
      : "layer does not give [N, C, H, W] for these pictures; give a convolutional one",
    { option: "layer" },
  );
}

/** All layers in the model but itself. Into a layer that pools a feature map nobody looks: the map is its last. */
function candidates(model: Module, seen: Set<Module> = new Set()): Layer[] {
  if (isPooling(model)) return [model];
  seen.add(model);
  return model.children().flatMap(([, child]) => {
    if (seen.has(child)) return [];
    return [...(isLayer(child) && !isPooling(child) ? [child] : []), ...candidates(child, seen)];
  });
}
