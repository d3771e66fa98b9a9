// The bytes of a file say what it is; what is not read is named.
import { decodePicture } from "chainrule/node";
import { describe, expect, test } from "vitest";
import { formatOf } from "../../../src/node/formats/recognise.ts";
import { rgbJpeg } from "../picture-bytes.ts";

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
const ftyp = (...names: readonly string[]) =>
  bytes([0, 0, 0, 8 + 4 * (names.length + 1)], "ftyp", names[0], "\0\0\0\0", ...names.slice(1), "mdat and more");

describe("formats that are read", () => {
  test.each([
    ["PNG", bytes([0x89], "PNG\r\n\x1a\n")],
    ["JPEG", rgbJpeg],
    ["GIF", bytes("GIF87a")],
    ["GIF", bytes("GIF89a")],
    ["BMP", bytes("BM")],
    ["WebP", bytes("RIFF\x10\0\0\0WEBPVP8 ")],
    ["AVIF", ftyp("avif", "mif1")],
    ["AVIF", ftyp("avis", "avif")],
    ["AVIF", ftyp("mif1", "miaf", "avif")],
    ["TIFF", bytes("II*\0\x08\0\0\0")],
    ["TIFF", bytes("MM\0*\0\0\0\x08")],
    ["TIFF", bytes("II+\0\x08\0\0\0")],
  ] as const)("%s", (name, file) => {
    expect(formatOf(file)).toBe(name);
  });
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';

const cures: ReadonlyMap<string, string> = new Map([
  ["a web page (HTML)", "download the picture again"],
  ["a pointer to a file in Git LFS", "run `git lfs pull`"],
  ["a ZIP archive", "unpack it"],
  ["a gzip archive", "unpack it"],
]);

describe("formats that are not read are named", () => {
  test.each([
    ["a HEIC", ftyp("heic", "mif1", "heic")],
    ["a HEIC", ftyp("mif1", "heic")],
    ["a video", ftyp("isom", "mp41")],
    ["a video", bytes("RIFF\x10\0\0\0AVI LIST")],
    ["a camera's raw file", ftyp("crx ", "isom")],
    ["a camera's raw file", bytes("II*\0\x10\0\0\0CR\x02\0")],
    ["a camera's raw file", bytes("FUJIFILMCCD-RAW 0201")],
    ["a JPEG XL", bytes([0xff, 0x0a, 0x00])],
    ["a JPEG XL", bytes([0, 0, 0, 12], "JXL \r\n\x87\n")],
    ["a JPEG 2000", bytes([0, 0, 0, 12], "jP  \r\n\x87\n")],
    ["an SVG", bytes(svg)],
    ["an SVG", bytes([0xef, 0xbb, 0xbf], '\n<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg>', svg)],
    ["an SVG", bytes('<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>')],
    ["a web page (HTML)", bytes("<!DOCTYPE html>\n<html><title>404 Not Found</title></html>")],
    ["a web page (HTML)", bytes("<html><head>")],
    ["a Photoshop document (PSD)", bytes("8BPS\0\x01")],
    ["a GIMP document (XCF)", bytes("gimp xcf v011")],
    ["a PDF", bytes("%PDF-1.7")],
    ["an icon (ICO)", bytes([0, 0, 1, 0, 1, 0])],
    ["a Netpbm picture (PBM, PGM, PPM)", bytes("P6\n2 2\n255\n")],
    ["a pointer to a file in Git LFS", bytes("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")],
    ["a ZIP archive", bytes("PK\x03\x04")],
    ["a gzip archive", bytes([0x1f, 0x8b, 8])],
  ])("%s", async (name, file) => {
    await expect(decodePicture(file)).rejects.toMatchObject({
      code: "file",
      words: `byte 0: the file is ${name}, which is not read; ${cures.get(name) ?? "save it as a JPEG or PNG"}`,
      details: { byte: 0, format: name },
    });
  });

  test("any other file, a few bytes and an empty file have no format", async () => {
    const words = "byte 0: neither a PNG nor a JPEG, GIF, BMP, WebP, AVIF or TIFF; save the picture as a JPEG or PNG";
    const strange = [
      bytes(),
      bytes("B"),
      bytes("hello"),
      bytes([0xff, 0xd8]),
      bytes("<xml>"),
      bytes("RIFF\0\0\0\0WAVE"),
    ];
    for (const file of [...strange, bytes("I like svg"), Buffer.alloc(4096)])
      await expect(decodePicture(file)).rejects.toMatchObject({ code: "file", words });
  });
});
