// The page of `chainrule serve`: the server recognises the pictures.
import { type Answer, Problem, type Recognise } from "./answer.ts";
import { openPage } from "./page.ts";

/** How often a picture is sent again to a server that is busy. */
const attempts = 10;

const recognise: Recognise = async (picture) => {
  const type = picture.type.startsWith("image/") ? picture.type : "application/octet-stream";
  for (let attempt = 1; ; attempt++) {
    const request = { method: "POST", headers: { "Content-Type": type }, body: picture };
    const response = await fetch("predict", request).catch(() => {
      throw new Problem("the server does not answer, or the file cannot be read");
    });
    const isBusy = response.status === 429 || response.status === 503;
    if (isBusy && attempt < attempts) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get("Retry-After") ?? 1)));
      continue;
    }
    const told: { readonly top?: Answer; readonly error?: { readonly message: string } } = await response
      .json()
      .catch(() => ({}));
    if (told.top === undefined) throw new Problem(told.error?.message ?? `the server answers ${response.status}`);
    return told.top;
  }
};

openPage({ recognise, together: 4 });
