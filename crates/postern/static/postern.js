// What makes pages nicer. Each of them works without this file.
(() => {
  // What to say, in the page's language.
  const say = (word) => document.querySelector("#script-words").dataset[word];

  // Times in the zone that the reader chose: their own, or UTC. The exact one in UTC stays on hover.
  // Where the browser keeps nothing, the choice holds for the page.
  let chosen = "local";
  try { chosen = localStorage.getItem("zone") ?? chosen; } catch { /* nothing is kept */ }
  const zone = () => (chosen === "utc" ? "UTC" : undefined);
  const part = (at, options) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone() }).format(at);
  const dayOf = (at) => part(at, { year: "numeric", month: "2-digit", day: "2-digit" });
  const timeLabel = (at) => {
    const clock = part(at, { hour: "2-digit", minute: "2-digit" });
    const now = new Date();
    if (dayOf(at) === dayOf(now)) return say("todayAt").replace("%time%", clock);
    const near = Math.abs(at - now) < 300 * 86_400_000;
    const day = part(at, near ? { weekday: "short", day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" });
    return `${day.replace(",", "")} ${clock}`;
  };
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = timeLabel(at);
    }
    const switcher = document.querySelector('[data-do="zone"]');
    if (!switcher) return;
    const now = new Date();
    const named = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short", hour: "2-digit", minute: "2-digit", timeZone: zone() });
    switcher.textContent = named.format(now);
    switcher.title = say(zone() ? "timesInUtc" : "timesInOwnZone");
  };

  // The countdown beside a pass. Counts from what the server said was left, not from this device's clock.
  const count = (root) => {
    for (const box of root.querySelectorAll("[data-countdown]")) {
      const end = performance.now() + Number(box.dataset.countdown) * 1000;
      const tick = () => {
        const left = Math.max(0, Math.round((end - performance.now()) / 1000));
        box.textContent = left > 0
          ? say("worksFor").replace("%left%", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`)
          : say("hasRunOut");
        if (left > 0 && box.isConnected) setTimeout(tick, 500);
        // The page says what there is instead.
        else if (box.isConnected) setTimeout(() => window.location.reload(), 1500);
      };
      tick();
    }
  };

  const codes = () => [...document.querySelectorAll("[data-codes] li")].map((item) => item.textContent.trim());

  const buttons = {
    copy: async (button) => {
      const one = button.dataset.copies;
      await navigator.clipboard.writeText(one ? document.querySelector(one).textContent.trim() : codes().join("\n"));
      button.textContent = say("copied");
    },
    print: () => window.print(),
    keys: () => switchKeys(!keysAreOff),
    zone: () => {
      chosen = zone() ? "local" : "utc";
      try { localStorage.setItem("zone", chosen); } catch { /* nothing is kept */ }
      localise(document);
    },
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

  // The next or the previous line of the page's list.
  const move = (by) => {
    const lines = [...document.querySelectorAll("main tbody td:first-child a, main .list > li > a:first-child")];
    const at = lines.indexOf(document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : lines.length - 1) : at + by;
    lines[to]?.focus();
    return lines.length > 0;
  };

  // What a key is for: in the line of the list that is marked, or else on the page. A line's own keys are for that line alone.
  const target = (key) => {
    const line = document.activeElement?.closest?.("main tbody tr");
    const wanted = `[data-key="${key}"]`;
    const onPage = [...document.querySelectorAll(wanted)].find((one) => !one.closest("tbody tr") && one.checkVisibility());
    return line?.querySelector(wanted) ?? onPage;
  };
  const use = (key) => {
    const it = target(key);
    if (!it) return false;
    if (it.matches("details")) {
      it.open = true;
      it.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    } else if (it.matches("input, select, textarea")) {
      it.closest("details")?.setAttribute("open", "");
      it.focus();
    } else it.click();
    return true;
  };
  const press = (key) => () => use(key);

  // Keys of the desk. Off while somebody types, and for whoever switched them off: in this browser, where it keeps anything.
  let keysAreOff = false;
  try { keysAreOff = localStorage.getItem("keys") === "off"; } catch { /* nothing is kept */ }
  const showSwitch = () => {
    for (const one of document.querySelectorAll("[data-keys]")) one.hidden = one.dataset.keys !== (keysAreOff ? "off" : "on");
  };
  const switchKeys = (off) => {
    keysAreOff = off;
    try { localStorage.setItem("keys", off ? "off" : "on"); } catch { /* nothing is kept */ }
    showSwitch();
  };
  // Those that do something on this page, and no others.
  const markKeys = (list) => {
    for (const row of list.querySelectorAll("[data-for]")) {
      row.hidden = ![...document.querySelectorAll(row.dataset.for)].some((one) => one.checkVisibility());
    }
  };
  const showKeys = () => {
    const list = document.querySelector("#keys");
    list?.togglePopover();
    return Boolean(list);
  };
  const focusSearch = (where) => {
    const search = document.querySelector(where);
    search?.focus();
    return Boolean(search);
  };
  const keys = {
    // The list's own search, where there is one.
    "/": () => focusSearch(".search-list input") || focusSearch(".search input"),
    "?": showKeys,
    j: () => move(1),
    k: () => move(-1),
    a: press("a"),
    c: press("c"),
    e: press("e"),
    f: press("f"),
    n: press("n"),
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      const search = document.querySelector(".search input");
      if (search) event.preventDefault();
      search?.focus();
      return;
    }
    // The way out of the search again, for the keys that act.
    if (event.key === "Escape") event.target.closest?.(".search input")?.blur();
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest?.("input, textarea, select")?.form;
      if (!form || event.repeat) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-main]") ?? undefined);
      return;
    }
    const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
    // Held down, j and k go on; what acts does so once.
    if (event.repeat && !["j", "k"].includes(event.key)) return;
    if (keysAreOff || typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (keys[event.key]()) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && buttons[button.dataset.do]) buttons[button.dataset.do](button);
  });
  // A page that is not what it was shows itself anew, unless that would lose what was typed: then it says so.
  let typed = false;
  document.addEventListener("input", (event) => { typed ||= Boolean(event.target.closest?.("main form")); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const live = event.detail.requestConfig.elt.closest("[data-live]");
    // A page that came back from a form holds what was typed too.
    if (!live || (!typed && window.location.pathname === live.dataset.live)) return;
    event.detail.shouldSwap = false;
    live.firstElementChild.hidden = false;
  });
  // A page that may not be seen any more asks no further.
  document.addEventListener("htmx:responseError", (event) => {
    const { elt } = event.detail.requestConfig;
    if (event.detail.xhr.status < 500 && elt.matches("[data-live]")) elt.remove();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    localise(document);
    count(event.target);
  });
  // A link into a fold opens it.
  const openFold = () => {
    const target = document.getElementById(window.location.hash.slice(1));
    const fold = target?.closest("details");
    if (!fold) return;
    fold.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", openFold);

  document.addEventListener("DOMContentLoaded", () => {
    showSwitch();
    // Opened by its button, the list says the same.
    document.querySelector("#keys")?.addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") markKeys(event.target);
    });
    for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
    localise(document);
    count(document);
    takeFragment();
    openFold();
    // What another site brought here, on its way on.
    document.querySelector("form[data-send-at-once]")?.requestSubmit();
    // Read and gone; it says nothing that the page does not show.
    setTimeout(() => document.querySelector(".flash")?.remove(), 6000);
  });
})();
