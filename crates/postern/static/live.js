// Pages that follow what others do. The server says that something has changed, and the part is fetched anew as its poll does it. While
// the server says so the poll rests, but for once a minute: what only the clock moves is not said. Without a stream, it goes on as before.
(() => {
  const NO_SOONER_MS = 2000;
  const AT_LATEST_MS = 60_000;

  let stream;
  let isTold = false;
  let fetchedAt = 0;
  let soon;
  const part = () => document.querySelector("[data-stream]");

  const fetchSoon = () => {
    if (soon || document.hidden) return;
    // Many pages hear of a change at once, and need not all ask at once.
    const wait = Math.max(0, fetchedAt + NO_SOONER_MS - Date.now()) + Math.random() * 300;
    soon = setTimeout(() => {
      soon = undefined;
      const live = part();
      if (live) live.dispatchEvent(new Event("news"));
      else close();
    }, wait);
  };

  const close = () => {
    stream?.close();
    stream = undefined;
    isTold = false;
  };
  const open = () => {
    const live = part();
    if (stream || document.hidden || !live) return;
    stream = new EventSource(live.dataset.stream);
    stream.addEventListener("open", () => {
      isTold = true;
      // What changed since the page was made.
      fetchSoon();
    });
    stream.addEventListener("changed", fetchSoon);
    stream.addEventListener("error", () => {
      isTold = false;
      // It was refused, and is not tried again: the poll does.
      if (stream?.readyState === EventSource.CLOSED) stream = undefined;
    });
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (!elt.matches("[data-stream]")) return;
    // A poll has no event that brought it about.
    const isPoll = !requestConfig.triggeringEvent;
    if (isPoll && (document.hidden || (isTold && Date.now() - fetchedAt < AT_LATEST_MS))) event.preventDefault();
    else fetchedAt = Date.now();
  });
  // A page that nobody looks at holds no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else {
      open();
      fetchSoon();
    }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
})();
