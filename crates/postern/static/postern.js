// What makes pages nicer. Each of them works without this file.
(() => {
  const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

  // Times in the reader's zone; the exact one stays on hover.
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = localTime.format(at);
    }
  };

  // The countdown beside a pass. Counts from what the server said was left, not from this device's clock.
  const count = (root) => {
    for (const box of root.querySelectorAll("[data-countdown]")) {
      const end = performance.now() + Number(box.dataset.countdown) * 1000;
      const tick = () => {
        const left = Math.max(0, Math.round((end - performance.now()) / 1000));
        box.textContent = left > 0
          ? `Works for ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} more`
          : "This pass has run out. Show a new one.";
        if (left > 0 && box.isConnected) setTimeout(tick, 500);
      };
      tick();
    }
  };

  const codes = () => [...document.querySelectorAll("[data-codes] li")].map((item) => item.textContent.trim());

  const buttons = {
    copy: async (button) => {
      await navigator.clipboard.writeText(codes().join("\n"));
      button.textContent = "Copied";
    },
    print: () => window.print(),
    download: (link) => {
      link.href = URL.createObjectURL(new Blob([codes().join("\n") + "\n"], { type: "text/plain" }));
    },
  };

  // Codes that came in the part of the address that browsers keep to themselves.
  const takeFragment = () => {
    const field = document.querySelector("[data-from-fragment]");
    const code = decodeURIComponent(window.location.hash.slice(1));
    if (!field || !code) return;
    field.value = code;
    history.replaceState(null, "", window.location.pathname);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && buttons[button.dataset.do]) buttons[button.dataset.do](button);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    localise(document);
    count(event.target);
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
    localise(document);
    count(document);
    takeFragment();
  });
})();
