// Settings of several parts in one address: no part overwrites another's, and links of one part still work.
import { expect, it } from "vitest";
import { afterLink, linkTo, settingsOf, withSettings } from "../src/address.ts";

const of = (part: string, hash: string) => Object.fromEntries(settingsOf(part, hash));

it("reads links to one part, with settings and without", () => {
  expect(of("net", "#net?data=moons&layers=8.8")).toEqual({ data: "moons", layers: "8.8" });
  expect(of("images", "#net?data=moons")).toEqual({});
  for (const hash of ["#net", "#", "", "#net?", "#%", "#;", "#;net", "#__proto__"]) expect(of("net", hash)).toEqual({});
});

it("keeps each part's settings when another part writes its own, the last writer first", () => {
  const once = withSettings("", "net", "data=moons");
  const twice = withSettings(once, "images", "net=cnn");
  expect([once, twice]).toEqual(["#net?data=moons", "#images?net=cnn;net?data=moons"]);
  expect(withSettings(twice, "net", "data=xor")).toBe("#net?data=xor;images?net=cnn");
  expect(withSettings(twice, "images", "")).toBe("#images;net?data=moons");
  expect(of("net", twice)).toEqual({ data: "moons" });
  expect(of("images", twice)).toEqual({ net: "cnn" });
});

it("carries any text: settings come back as they were written", () => {
  const formula = "L = (a;net?b=1 & c#2 + 100 %)^2; images";
  const hash = withSettings(linkTo("neuron", { formula }), "net", "data=moons");
  expect(of("neuron", hash)).toEqual({ formula });
  expect(of("net", hash)).toEqual({ data: "moons" });
  expect(of("images", hash)).toEqual({});
});

it("takes a semicolon in a link typed by hand as text unless a part's name follows", () => {
  expect(of("neuron", "#neuron?formula=a;b;network=1")).toEqual({ formula: "a;b;network=1" });
});

it("keeps the settings of all parts when a link within the page is followed, and scrolls to the link's part", () => {
  expect(afterLink("#images", "#net?data=moons")).toBe("#images;net?data=moons");
  expect(afterLink("#net", "#images;net?data=moons")).toBe("#net?data=moons");
  expect(afterLink("#net?data=xor", "#net?data=moons;images?net=cnn")).toBe("#net?data=xor;images?net=cnn");
  expect(afterLink("#top", "#net?data=moons")).toBe("#top;net?data=moons");
  expect(afterLink("#images", "")).toBe("#images");
});
