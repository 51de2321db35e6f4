// The page that waits for a phone: it looks every two seconds, and goes on by itself once the phone has approved.
(() => {
  const EVERY_MS = 2000;

  const goOn = () => {
    const box = document.querySelector("#push");
    const form = box.querySelector("[data-go-on]");
    if (form) form.requestSubmit();
    else if (box.dataset.state === "waits") setTimeout(look, EVERY_MS);
  };

  const look = async () => {
    const answer = await fetch("/sign-in/push").catch(() => null);
    // The sign-in has ended: the page says so that it leads to.
    if (answer?.redirected) return window.location.assign(answer.url);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const fresh = page?.querySelector("#push");
    const box = document.querySelector("#push");
    // Only what is new is put in its place, so that nothing is read out twice.
    if (fresh && fresh.dataset.state !== box.dataset.state) box.replaceWith(document.importNode(fresh, true));
    goOn();
  };

  document.addEventListener("DOMContentLoaded", goOn);
})();
