import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Page } from "../ui/Page.tsx";
import { PageProvider } from "../ui/pageContext.ts";
import { App } from "./app.ts";
import "./fonts.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");

const stepsByDefault = matchMedia("(prefers-reduced-motion: reduce)").matches;
const app = new App(
  () => new Worker(new URL("./session/worker.ts", import.meta.url), { type: "module" }),
  !stepsByDefault,
);

// The worker is at work while the page is drawn for the first time.
void app.start();
createRoot(root).render(
  <StrictMode>
    <PageProvider value={app}>
      <Page />
    </PageProvider>
  </StrictMode>,
);
// A link that is pasted into the open page differs in its hash alone: the browser does not reload.
addEventListener("hashchange", () => void app.start());
requestAnimationFrame(function frame(wallMs) {
  app.tick(wallMs);
  requestAnimationFrame(frame);
});
