// A session that is about to end says so; what was typed into a form outlives it, in this tab alone.
(() => {
  // What to say, in the page's language.
  const say = (word) => document.querySelector("#script-words").dataset[word];
  const KEY = "draft";
  const WARN_MS = 2 * 60 * 1000;

  const load = () => {
    try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
  };
  const keep = (draft) => {
    try {
      if (draft) sessionStorage.setItem(KEY, JSON.stringify(draft));
      else sessionStorage.removeItem(KEY);
    } catch { /* nothing is kept */ }
  };

  // Neither secrets nor what a person reads out: those are typed anew.
  const isKept = (field) => field.name && !["hidden", "password", "file"].includes(field.type)
    && !field.matches(".code-input, [name=phrase], [name=began_it], [name=contact]");
  const typed = (form) => [...form.elements].filter((field) => isKept(field) && field.tagName !== "BUTTON")
    .map(({ name, type, value, checked }) => ({ name, type, value, checked }));

  const begin = () => {
    const box = document.querySelector("[data-session-ends]");
    if (!box) {
      // Signed out, for whatever reason: the draft waits for its owner.
      const draft = load();
      if (draft) keep({ ...draft, ended: true });
      return;
    }
    const { owner } = box.dataset;
    const form = (action) => [...document.querySelectorAll("main form[method=post]")].find((one) => one.getAttribute("action") === action);
    let ends;
    let timers = [];

    const schedule = (seconds) => {
      ends = Date.now() + seconds * 1000;
      for (const timer of timers) clearTimeout(timer);
      box.hidden = true;
      timers = [
        setTimeout(() => lookAgain(WARN_MS, warn), Math.max(0, seconds * 1000 - WARN_MS)),
        setTimeout(() => lookAgain(0, over), seconds * 1000),
      ];
    };
    const warn = () => show(say("sessionEndsSoon"), true);
    const over = () => show(say("sessionHasEnded"), false);
    // How long the session goes on, in seconds; 0 when it does not. Asked by the page itself, it keeps nothing going.
    const secondsLeft = async (headers) => {
      const answer = await fetch("/account", { headers });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return Number(page.querySelector("[data-session-ends]")?.dataset.sessionEnds ?? 0);
    };
    // Another tab may have kept it going.
    const lookAgain = async (least, otherwise) => {
      const left = await secondsLeft({ "hx-request": "true" }).catch(() => 0);
      if (left * 1000 > least) schedule(left);
      else otherwise();
    };
    const show = (text, canStay) => {
      box.querySelector("[data-text]").textContent = text;
      box.querySelector("button").hidden = !canStay;
      box.hidden = false;
    };
    box.querySelector("button").addEventListener("click", async () => {
      try {
        const left = await secondsLeft({});
        if (left > 0) schedule(left);
        else over();
      } catch {
        show(say("serverOutOfReach"), true);
      }
    });

    const giveBack = (draft) => {
      const target = form(draft.action);
      if (!target) return;
      for (const { name, type, value, checked } of draft.fields) {
        const same = [...target.elements].filter((field) => field.name === name);
        if (type === "radio" || type === "checkbox") {
          for (const field of same) if (field.value === value) field.checked = checked;
        } else if (same[0]) same[0].value = value;
      }
      target.closest("details")?.setAttribute("open", "");
      show(say("typedIsBack"), false);
    };
    const draft = load();
    const isTheirs = draft && draft.owner === owner;
    schedule(Number(box.dataset.sessionEnds));
    if (isTheirs && (draft.ended || Date.now() >= draft.ends)) {
      if (draft.path === window.location.pathname) {
        giveBack(draft);
        keep(null);
      } else {
        keep({ ...draft, ended: true });
        const link = document.createElement("a");
        link.href = draft.path;
        link.textContent = say("goBackToIt");
        show(say("wasTypingElsewhere"), false);
        box.querySelector("[data-text]").append(" ", link);
      }
    } else {
      // Sent, or left behind.
      keep(null);
    }

    document.addEventListener("input", (event) => {
      const of = event.target.closest?.("main form[method=post]");
      if (of) keep({ owner, path: window.location.pathname, action: of.getAttribute("action"), ends, fields: typed(of) });
    });
    document.addEventListener("submit", (event) => {
      if (event.target.getAttribute("action") === "/sign-out") keep(null);
    });
  };
  document.addEventListener("DOMContentLoaded", begin);
})();
