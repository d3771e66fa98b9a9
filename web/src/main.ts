// The entry point: mounts the app in the page, in the visitor's language.
import { mount } from "svelte";
import App from "./App.svelte";
import { language } from "./texts/language.svelte.ts";
import "./styles.css";

const target = document.getElementById("app");
if (target === null) throw new Error("internal: the page has no place for the app");
await language.start();
// The text for browsers that cannot run this script is removed only after the app is mounted.
const waiting = [...target.children];
mount(App, { target });
for (const element of waiting) element.remove();
