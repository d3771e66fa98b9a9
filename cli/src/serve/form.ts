// The pictures in the body of a request: the body itself, or the files of a form (multipart/form-data), as curl -F and pages send them.
import { Busboy } from "@fastify/busboy";
import type { Limits } from "./limits.ts";
import { Refusal, shortened } from "./refusal.ts";

export interface Sent {
  /** The name of the file in the form; null for a body. */
  readonly name: string | null;
  readonly bytes: Uint8Array;
}

/** Whether the body is a form, by the header Content-Type. Throws a Refusal where it is neither a form nor a picture. */
export function isForm(type: string | undefined): boolean {
  const kind = (type ?? "application/octet-stream").split(";")[0].trim().toLowerCase();
  if (kind === "multipart/form-data") return true;
  if (kind === "application/octet-stream" || /^image\/[\w.+-]+$/.test(kind)) return false;
  throw new Refusal(
    415,
    "type",
    `the Content-Type is ${shortened(kind)}; send a picture's bytes as image/png, image/jpeg or application/octet-stream, or pictures as multipart/form-data`,
  );
}

/** The files of a form. Throws a Refusal where it is broken, has no files or too many of them. */
export async function filesOf(type: string, body: Buffer, { pictures, bodyBytes }: Limits): Promise<Sent[]> {
  const files: Sent[] = [];
  await new Promise<void>((resolve, reject) => {
    const broken = (error: unknown) =>
      reject(new Refusal(400, "body", `the form is broken: ${error instanceof Error ? error.message : String(error)}`));
    try {
      const limits = { files: pictures, fields: 100, parts: pictures + 100, fileSize: bodyBytes, headerPairs: 50 };
      const form = new Busboy({ headers: { "content-type": type }, limits: { ...limits, headerSize: 16_384 } });
      form.on("file", (_, stream, name) => {
        const parts: Buffer[] = [];
        stream.on("data", (part: Buffer) => parts.push(part));
        stream.on("error", broken);
        stream.on("end", () => files.push({ name: name ?? "", bytes: Buffer.concat(parts) }));
      });
      const tooMany = () => reject(new Refusal(413, "count", `a form may have ${pictures} pictures at most`));
      for (const event of ["filesLimit", "partsLimit", "fieldsLimit"] as const) form.on(event, tooMany);
      form.on("error", broken);
      form.on("finish", resolve);
      form.end(body);
    } catch (error) {
      broken(error);
    }
  });
  if (files.length === 0)
    throw new Refusal(400, "body", "the form has no file; send each picture as a file of the form, as curl -F does");
  return files;
}
