// The page begins here.
import { mount } from "svelte";
import App from "./App.svelte";
import "./styles.css";

const target = document.getElementById("app");
if (target === null) throw new Error("internal: the page has no place for the app");
// What stands there for browsers that cannot run this goes only once the app has come.
const waiting = [...target.children];
mount(App, { target });
for (const element of waiting) element.remove();
