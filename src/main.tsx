import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Page } from "../ui/Page.tsx";
import { PageProvider } from "../ui/pageContext.ts";
import { App } from "./app.ts";
import { keepOffline } from "./keepOffline.ts";
import "./fonts.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");
const container = root;

const stepsByDefault = matchMedia("(prefers-reduced-motion: reduce)").matches;
const app = new App(
  () => new Worker(new URL("./session/worker.ts", import.meta.url), { type: "module" }),
  !stepsByDefault,
);

// The worker is at work while the page is drawn for the first time.
const opened = app.start();
// What an embedded page leaves out is never on the screen, not even at first.
if (/[?&]embed=/.test(location.search)) void opened.then(draw);
else draw();
// A link that is pasted into the open page differs in its hash alone: the browser does not reload.
addEventListener("hashchange", () => void app.start());
requestAnimationFrame(function frame(wallMs) {
  app.tick(wallMs);
  requestAnimationFrame(frame);
});

/** Once the cluster is seen: until then nothing should compete with what it needs. */
const KEEPS_AFTER_MS = 5_000;
setTimeout(keepOffline, KEEPS_AFTER_MS);

function draw(): void {
  createRoot(container).render(
    <StrictMode>
      <PageProvider value={app}>
        <Page />
      </PageProvider>
    </StrictMode>,
  );
}
