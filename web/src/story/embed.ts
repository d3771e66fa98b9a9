// A part alone, for a frame in another page: an address with ?embed shows the part that it names, without the rest of the page.
import { partOf } from "../address.ts";
import { type PartId, partIds } from "../parts.ts";

/** The part that stands alone; null on the whole page. An address that names no part shows the first one. */
export const embedded: PartId | null = new URLSearchParams(location.search).has("embed")
  ? (partIds.find((part) => part === partOf(location.hash)) ?? partIds[0])
  : null;

if (embedded !== null) document.documentElement.dataset.embedded = "";
