/** From the second visit on the page needs no network; where it cannot be kept, it just does. */
export function keepOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("./serviceWorker.js", { updateViaCache: "none" }).catch(() => {
    // As in a private window, or in a frame of another site.
  });
}
