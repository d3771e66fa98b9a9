// The backbones by name. An entry has the net, the pictures it was trained on, and what its file has besides: the classifier's tensors.
import { ChainruleError } from "../../errors/error.ts";
import { shown, takes } from "../../tensor/arguments.ts";
import { nearest } from "../../tensor/options.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import type { Backbone } from "./backbone.ts";
import { ConvNeXt } from "./convnext.ts";
import { EfficientNet, efficientNets } from "./efficientnet.ts";
import { MobileNetV2 } from "./mobilenet-v2.ts";
import { MobileNetV3Small } from "./mobilenet-v3.ts";
import { ResNet, resNets } from "./resnet.ts";
import { SqueezeNet } from "./squeezenet.ts";
import { VisionTransformer, visionTransformers } from "./vision-transformer.ts";

/** How a net wants its pictures: their sides in pixels, and the mean and standard deviation of each channel of pixels in [0, 1]. */
export interface BackboneInput {
  readonly size: readonly [height: number, width: number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The name of a backbone: that of timm's or torchvision's net whose files it reads. */
export type BackboneName =
  | "tf_efficientnet_lite0"
  | "efficientnet_lite0"
  | "tf_efficientnet_b0"
  | "efficientnet_b0"
  | "mobilenetv2_100"
  | "mobilenet_v2"
  | "mobilenet_v3_small"
  | "resnet18"
  | "resnet34"
  | "resnet50"
  | "squeezenet1_1"
  | "convnext_tiny"
  | "vit_tiny_patch16_224"
  | "vit_small_patch16_224";

export interface Entry {
  readonly build: () => Backbone;
  readonly input: BackboneInput;
  /** The number of features of a picture. */
  readonly features: number;
  /** Whether the net takes pictures of its input's size alone, as one with a learned position for each patch does. */
  readonly fixedSize?: true;
  /** The names with which the tensors of the classifier begin; they are no part of the backbone. */
  readonly classifier: readonly string[];
  /**
   * Tensors with which a file without a name is recognised: their shapes, or null for a tensor that is not there. Nets of one shape that
   * differ in their arithmetic alone have the same ones.
   */
  readonly signs: Readonly<Record<string, Shape | null>>;
}

const imageNet: BackboneInput = { size: [224, 224], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const halves: BackboneInput = { size: [224, 224], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

const efficientNetSigns = { "conv_head.weight": [1280, 320, 1, 1], "blocks.2.0.conv_pwl.weight": [40, 144, 1, 1] };
const withoutSqueeze = { ...efficientNetSigns, "blocks.0.0.se.conv_reduce.weight": null };
const withSqueeze = { ...efficientNetSigns, "blocks.0.0.se.conv_reduce.weight": [8, 32, 1, 1] };

const efficientNet = (name: keyof typeof efficientNets, input: BackboneInput, signs: Entry["signs"]): Entry => ({
  build: () => new EfficientNet(efficientNets[name]),
  input,
  features: 1280,
  classifier: ["classifier."],
  signs,
});

const resNet = (name: keyof typeof resNets, features: number, signs: Entry["signs"]): Entry => ({
  build: () => new ResNet(resNets[name]),
  input: imageNet,
  features,
  classifier: ["fc."],
  signs,
});

const visionTransformer = (name: keyof typeof visionTransformers): Entry => ({
  build: () => new VisionTransformer(visionTransformers[name]),
  input: halves,
  features: visionTransformers[name].width,
  fixedSize: true,
  classifier: ["head."],
  signs: {
    pos_embed: [1, 197, visionTransformers[name].width],
    "blocks.11.attn.qkv.weight": [3, 1].map((n) => n * visionTransformers[name].width),
  },
});

/** A net of torchvision. */
const torchvision = (build: () => Backbone, features: number, signs: Entry["signs"]): Entry => ({
  build,
  input: imageNet,
  features,
  classifier: ["classifier."],
  signs,
});

export const backbones: Readonly<Record<BackboneName, Entry>> = {
  tf_efficientnet_lite0: efficientNet("tf_efficientnet_lite0", halves, withoutSqueeze),
  efficientnet_lite0: efficientNet("efficientnet_lite0", imageNet, withoutSqueeze),
  tf_efficientnet_b0: efficientNet("tf_efficientnet_b0", imageNet, withSqueeze),
  efficientnet_b0: efficientNet("efficientnet_b0", imageNet, withSqueeze),
  mobilenetv2_100: efficientNet("mobilenetv2_100", imageNet, {
    "conv_head.weight": [1280, 320, 1, 1],
    "blocks.2.0.conv_pwl.weight": [32, 144, 1, 1],
  }),
  mobilenet_v2: torchvision(() => new MobileNetV2(), 1280, { "features.18.0.weight": [1280, 320, 1, 1] }),
  mobilenet_v3_small: torchvision(() => new MobileNetV3Small(), 576, { "features.12.0.weight": [576, 96, 1, 1] }),
  resnet18: resNet("resnet18", 512, { "layer4.1.conv2.weight": [512, 512, 3, 3], "layer4.2.conv2.weight": null }),
  resnet34: resNet("resnet34", 512, { "layer4.2.conv2.weight": [512, 512, 3, 3], "layer4.2.conv3.weight": null }),
  resnet50: resNet("resnet50", 2048, { "layer3.5.conv3.weight": [1024, 256, 1, 1], "layer3.6.conv3.weight": null }),
  squeezenet1_1: torchvision(() => new SqueezeNet(), 512, { "features.12.expand3x3.weight": [256, 64, 3, 3] }),
  convnext_tiny: torchvision(() => new ConvNeXt(), 768, {
    "features.7.2.layer_scale": [768, 1, 1],
    "features.5.9.layer_scale": null,
  }),
  vit_tiny_patch16_224: visionTransformer("vit_tiny_patch16_224"),
  vit_small_patch16_224: visionTransformer("vit_small_patch16_224"),
};

/** The names of all backbones. */
export const backboneNames = Object.keys(backbones) as BackboneName[];

/** The entry of a name, which may come from a file; null where there is none. */
export const entryOf = (name: string): Entry | null =>
  Object.hasOwn(backbones, name) ? backbones[name as BackboneName] : null;

/** The nets whose signs a file's tensors have: none, one, or several that differ in their arithmetic alone. */
export function recognise(tensors: ReadonlyMap<string, { readonly shape: Shape }>): BackboneName[] {
  const shows = ([name, shape]: [string, Shape | null]) => {
    const found = tensors.get(name)?.shape;
    return shape === null ? found === undefined : found !== undefined && sameShape(found, shape);
  };
  return backboneNames.filter((name) => Object.entries<Shape | null>(backbones[name].signs).every(shows));
}

/** A backbone with new random weights, in training mode. */
export function buildBackbone(name: BackboneName): Backbone {
  takes("buildBackbone", arguments.length, 1);
  checkBackboneName("buildBackbone", name);
  return backbones[name].build();
}

/** Throws unless the name is that of a backbone. */
export function checkBackboneName(call: string, name: unknown): asserts name is BackboneName {
  if (typeof name === "string" && entryOf(name) !== null) return;
  const near = typeof name === "string" ? nearest(name, backboneNames) : null;
  const meant = near === null ? "" : `, did you mean ${near}?`;
  throw new ChainruleError(
    "option",
    call,
    `there is no net ${shown(name)}${meant}; the nets are ${backboneNames.join(", ")}`,
    {
      option: "name",
      value: name,
      nearest: near,
    },
  );
}
