// Recognises the format of a picture by its first bytes; the name of the file never matters. Only bytes in one of the formats that are read
// reach a decoder, since a decoder such as libvips would also read texts with links to other files (SVG). The error about another
// well-known format names it and the cure.
import { type FormatName, fail, letters } from "./format.ts";

type Test = (bytes: Uint8Array) => boolean;

/** The bytes from `at` on are these, in hexadecimal: "89 50". Two dots stand for any byte. */
const hex = (pattern: string, at = 0): Test => {
  const expected = pattern.split(" ");
  return (bytes) =>
    bytes.length >= at + expected.length &&
    expected.every((byte, i) => byte === ".." || Number.parseInt(byte, 16) === bytes[at + i]);
};

/** The text at the beginning, after a byte order mark and spaces, matches the pattern. */
const text = (pattern: RegExp): Test => {
  const decoder = new TextDecoder("latin1");
  return (bytes) => pattern.test(decoder.decode(bytes.subarray(0, 1024)).replace(/^(ï»¿)?\s*/, ""));
};

/** The file is HEIF, and one of its brands matches. HEIF begins with a box "ftyp": the main brand, a version, compatible brands. */
const brands = (pattern: RegExp): Test => {
  const isHeif = hex("66 74 79 70", 4);
  return (bytes) => {
    if (!isHeif(bytes)) return false;
    const length = Math.min(bytes[2] * 256 + bytes[3], bytes.length, 128);
    const found = [letters(bytes, 8, 4)];
    for (let at = 16; at + 4 <= length; at += 4) found.push(letters(bytes, at, 4));
    return found.some((brand) => pattern.test(brand));
  };
};

const isAvif = brands(/^avi[fs]$/);
const anyOf =
  (...tests: readonly Test[]): Test =>
  (bytes) =>
    tests.some((test) => test(bytes));

/** Big TIFF has 43 instead of 42. A Canon camera's raw file is a TIFF with "CR" at byte 8. */
const isTiff = anyOf(hex("49 49 2a 00"), hex("4d 4d 00 2a"), hex("49 49 2b 00"), hex("4d 4d 00 2b"));

const signatures: Readonly<Record<FormatName, Test>> = {
  PNG: hex("89 50 4e 47 0d 0a 1a 0a"),
  JPEG: (bytes) => bytes.length >= 3 && bytes[0] === 0xff && bytes[1] === 0xd8,
  GIF: (bytes) => /^GIF8[79]a$/.test(letters(bytes, 0, 6)),
  BMP: hex("42 4d"),
  WebP: hex("52 49 46 46 .. .. .. .. 57 45 42 50"),
  AVIF: isAvif,
  TIFF: (bytes) => isTiff(bytes) && letters(bytes, 8, 2) !== "CR",
};

/** The formats that are recognised but not read; `cure` where it is not to save the file as a JPEG or PNG. */
const unreadFormats: readonly (readonly [name: string, test: Test, cure?: string])[] = [
  ["a HEIC", brands(/^(he(ic|ix|vc|vx|im|is|vm|vs)|mif1|msf1)$/)],
  ["a camera's raw file", anyOf(brands(/^crx /), text(/^(FUJIFILMCCD-RAW|II(RO|RS|U\0)|MMOR)/), isTiff)],
  ["a video", anyOf(hex("66 74 79 70", 4), hex("1a 45 df a3"), text(/^RIFF....AVI /s))],
  ["a JPEG XL", anyOf(hex("ff 0a"), hex("00 00 00 0c 4a 58 4c 20"))],
  ["a JPEG 2000", anyOf(hex("00 00 00 0c 6a 50 20 20"), hex("ff 4f ff 51"))],
  ["an SVG", text(/^(<\?xml.*?\?>)?\s*(<!--.*?-->\s*)*(<!doctype\s+svg|<([a-z]+:)?svg[\s>])/is)],
  [
    "a web page (HTML)",
    text(/^(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)[\s>]/is),
    "download the picture again",
  ],
  ["a Photoshop document (PSD)", text(/^8BPS/)],
  ["a GIMP document (XCF)", text(/^gimp xcf/)],
  ["a PDF", text(/^%PDF/)],
  ["an icon (ICO)", anyOf(hex("00 00 01 00"), hex("00 00 02 00"))],
  ["a Netpbm picture (PBM, PGM, PPM)", text(/^P[1-7][\s#]/)],
  ["an OpenEXR picture", hex("76 2f 31 01")],
  ["a DDS texture", text(/^DDS /)],
  ["a QOI", text(/^qoif/)],
  ["a pointer to a file in Git LFS", text(/^version https:\/\/git-lfs/), "run `git lfs pull`"],
  ["a ZIP archive", hex("50 4b 03 04"), "unpack it"],
  ["a gzip archive", hex("1f 8b"), "unpack it"],
];

const names = Object.keys(signatures) as FormatName[];

/** The format of a picture. Throws an error that names the format where it is one that is not read. */
export function formatOf(bytes: Uint8Array): FormatName {
  const format = names.find((name) => signatures[name](bytes));
  if (format !== undefined) return format;
  const unread = unreadFormats.find(([, test]) => test(bytes));
  if (unread !== undefined) {
    const [kind, , cure = "save it as a JPEG or PNG"] = unread;
    fail(0, `the file is ${kind}, which is not read; ${cure}`, { format: kind });
  }
  return fail(0, "neither a PNG nor a JPEG, GIF, BMP, WebP, AVIF or TIFF; save the picture as a JPEG or PNG");
}
