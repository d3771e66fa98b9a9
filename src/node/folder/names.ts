// Tells by the names of files and folders which files are pictures, which are pictures in formats that are not read, and which files and
// folders belong to an operating system or a program and are never part of a data set.

/**
 * "picture": a format that is read. "unread": a picture in a format that is not read. "system": made by an operating system or a program
 * for itself. "other": anything else.
 */
export type NameKind = "picture" | "unread" | "system" | "other";

const wordsIn = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const readExtensions = wordsIn("png apng jpg jpeg jpe jfif pjpeg pjp gif bmp webp avif tif tiff");

/** Photographs of telephones and cameras, vector graphics, and documents of drawing programs. */
const unreadExtensions = wordsIn(`
  heic heif heics heifs hif svg svgz jxl jp2 j2k jpf jpx jpm jxr wdp psd psb xcf kra ora ai eps ps pdf djvu wmf emf cdr
  raw cr2 cr3 crw nef nrw arw sr2 srf dng orf rw2 raf pef srw 3fr fff iiq mrw x3f
  ico cur icns tga pcx ppm pgm pbm pnm pam pfm xbm xpm dds exr hdr qoi dcm fit fits`);

/** In lower case. Names with a leading dot (.DS_Store, .thumbnails, .ipynb_checkpoints, ._photo.jpg) are of this kind too. */
const systemNames: ReadonlySet<string> = new Set([
  "__macosx",
  "thumbs.db",
  "ehthumbs.db",
  "ehthumbs_vista.db",
  "desktop.ini",
  "icon\r",
  "@eadir",
  "#recycle",
  "@recycle",
  "@recently-snapshot",
  "$recycle.bin",
  "recycler",
  "system volume information",
  "network trash folder",
  "temporary items",
  "lost+found",
  "__pycache__",
  "found.000",
]);

/** What `chainrule predict --why` draws of photo.jpg is photo.why.png, and stands beside it: it is no picture of the set. */
const drawnEnding = ".why.png";

/** The kind of a file or a folder by its name, without the path, in letters of any case. */
export function pictureKind(name: string): NameKind {
  const lower = name.toLowerCase();
  if (lower.startsWith(".") || lower.endsWith(drawnEnding) || systemNames.has(lower)) return "system";
  const extension = extensionOf(name).slice(1);
  return readExtensions.has(extension) ? "picture" : unreadExtensions.has(extension) ? "unread" : "other";
}

/** The ending of a file's name from its last dot, in lower case; "" for a name without one. */
export const extensionOf = (name: string): string => /\.[^.\s]*$/.exec(name.toLowerCase())?.[0] ?? "";
