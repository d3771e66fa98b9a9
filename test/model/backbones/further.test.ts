// What fine-tuning needs of a backbone: its blocks in order, and batch norm that keeps its statistics.
import { zeros } from "chainrule";
import { backboneNames, buildBackbone } from "chainrule/model";
import { expect, test } from "vitest";

const small = [
  "mobilenet_v3_small",
  "squeezenet1_1",
  "mobilenet_v2",
  "resnet18",
  "efficientnet_lite0",
  "vit_tiny_patch16_224",
] as const;

test.each(small)("%s has its blocks in the order of computation, and they hold its parameters", (name) => {
  expect(backboneNames).toContain(name);
  const net = buildBackbone(name);
  const blocks = net.blocksInOrder();
  expect(blocks.length).toBeGreaterThanOrEqual(9);
  const names = new Map(net.modules().map((module, n) => [module, n]));
  const places = blocks.map((block) => names.get(block) ?? -1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  const held = new Set(blocks.flatMap((block) => block.parameters()));
  const loose = net.namedParameters().filter(([, tensor]) => !held.has(tensor));
  expect(loose.map(([tensor]) => tensor)).toEqual(name.startsWith("vit") ? ["cls_token", "pos_embed"] : []);
});

test("with fixedStatistics a backbone stays in evaluation mode, and its batch norm keeps mean and variance", () => {
  const net = buildBackbone("mobilenet_v3_small");
  const statistics = () => net.stateDict().get("features.0.1.running_mean")?.data.join();
  net.fixedStatistics = true;
  expect(net.train().training).toBe(false);
  const before = statistics();
  net.forward(zeros([1, 3, 32, 32]).add(1));
  expect(statistics()).toBe(before);
  net.fixedStatistics = false;
  expect(net.train().training).toBe(true);
  net.forward(zeros([2, 3, 32, 32]).add(1));
  expect(statistics()).not.toBe(before);
});
