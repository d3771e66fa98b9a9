// Registers the service worker, and knows when it has stored a new version of the page. The visitor decides when that is shown.

class Version {
  /** The service worker of a new version, which waits for the visitor. */
  waiting: ServiceWorker | null = $state.raw(null);

  /** Where a browser or a setting of it has no service workers, the page works without. */
  async register(): Promise<void> {
    if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
    const address = new URL("service-worker.js", document.baseURI);
    const registration = await navigator.serviceWorker.register(address).catch(() => null);
    if (registration === null) return;
    const look = () => {
      // The first version has nothing to replace.
      if (navigator.serviceWorker.controller !== null) this.waiting = registration.waiting;
    };
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  }

  take(): void {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    this.waiting?.postMessage("take over");
  }
}

export const version = new Version();
