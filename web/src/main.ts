// The page begins here.
import { mount } from "svelte";
import App from "./App.svelte";
import "./styles.css";

const target = document.getElementById("app");
if (target === null) throw new Error("internal: the page has no place for the app");
target.replaceChildren();
mount(App, { target });
