// Where a program finds the data of the site. A program names the whole address, so that it runs in Node too:
//
//   const data = "https://…/data/";
//   const read = async (name) => readIdx(new Uint8Array(await (await fetch(data + name)).arrayBuffer()));

export const dataFolder = (): string => new URL("data/", document.baseURI).href;
