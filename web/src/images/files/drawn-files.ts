// SVG files as pictures of pixels, for the engine: a worker's decoder does not read SVG, an image of the page does. Scripts and
// addresses in the file have no effect there.

/** Pixels of the longer side. */
const side = 1024;

const isSvg = ({ name, type }: File): boolean => type === "image/svg+xml" || /\.svg$/i.test(name);

/** The files with each SVG replaced by a PNG of the same name; an SVG that cannot be drawn stays, so that the engine tells what is wrong. */
export const withDrawn = (files: readonly File[]): Promise<File[]> =>
  Promise.all(files.map(async (file) => (isSvg(file) ? ((await drawn(file)) ?? file) : file)));

async function drawn(file: File): Promise<File | null> {
  const url = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    // A drawing without a size of its own is drawn as a square.
    const [width, height] = [image.naturalWidth || side, image.naturalHeight || side];
    const scale = side / Math.max(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d");
    if (context === null) return null;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    return png === null ? null : new File([png], file.name, { type: "image/png" });
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}
