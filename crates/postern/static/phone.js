// The phone that approves sign-ins. Its keys never leave this browser; whatever it says to the server, it signs. The protocol
// is in the guide: push.md.
(() => {
  const EVERY_MS = 3000;
  const PROTOCOL = "postern-push 1";
  const root = () => document.querySelector("#phone");
  const one = (selector, within = root()) => within.querySelector(selector);
  // What to say, in the page's language.
  const say = (word) => document.querySelector("#script-words").dataset[word];

  // The accounts that this phone approves for: each with a key pair that no script can read out.
  const database = () => new Promise((done, fail) => {
    const asked = indexedDB.open("postern-phone", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("accounts", { keyPath: "device" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const accounts = async (mode, work) => {
    const open = await database();
    return new Promise((done, fail) => {
      const change = open.transaction("accounts", mode);
      const asked = work(change.objectStore("accounts"));
      change.oncomplete = () => { open.close(); done(asked.result); };
      change.onabort = () => { open.close(); fail(change.error); };
    });
  };
  const all = () => accounts("readonly", (store) => store.getAll());
  const keep = (account) => accounts("readwrite", (store) => store.put(account));
  const forget = (device) => accounts("readwrite", (store) => store.delete(device));

  const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const sign = async (key, fields) => {
    const text = [PROTOCOL, window.location.origin, ...fields].join("\n");
    const how = { name: "ECDSA", hash: "SHA-256" };
    return base64url(await crypto.subtle.sign(how, key, new TextEncoder().encode(text)));
  };

  // The server's clock, and never the same moment twice.
  let ahead = 0;
  let last = 0;
  const moment = () => {
    last = Math.max(Date.now() + ahead, last + 1);
    return last;
  };

  const post = async (path, body) => {
    const answer = await fetch(`/api/v1/push/${path}`, {
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
    const said = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    // A field's name is for programs.
    if (!answer.ok) throw new Error(said.detail?.replace(/^number: /, "") ?? say("noAnswer"));
    return said;
  };

  const tell = (element, text) => {
    element.textContent = text ?? "";
    element.hidden = !text;
  };
  const done = (word) => {
    for (const line of root().querySelectorAll("[data-said]")) line.hidden = line.dataset.said !== word;
  };
  const fill = (element, values) => {
    for (const place of element.querySelectorAll("[data-shown]")) {
      const value = values[place.dataset.shown];
      place.textContent = value ?? "";
      const row = place.closest("div");
      if (row && row.parentElement.tagName === "DL") row.hidden = !value;
    }
  };
  const stamp = (name) => one(`template[data-${name}]`).content.firstElementChild.cloneNode(true);

  // The secret of a link, behind its hash.
  const secretOf = (link) => new URLSearchParams(link.split("#")[1] ?? "").get("enrol");

  const enrol = async (secret, label) => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const public_key = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
    const signature = await sign(pair.privateKey, ["enrol", secret, public_key, label]);
    const { device, organisation, login } = await post("enrol", { secret, public_key, label, signature });
    await keep({ device, organisation, login, key: pair.privateKey });
  };

  const reply = async (account, request, answer, typed) => {
    const number = answer === "approve" ? typed.replaceAll(/\s/g, "") : "";
    const fields = ["answer", account.device, request.id, answer, number, request.shown];
    const signature = await sign(account.key, fields);
    await post("answer", { device: account.device, request: request.id, answer, number, signature });
  };

  const card = (account, request) => {
    const element = stamp("request");
    element.dataset.id = request.id;
    const shown = JSON.parse(request.shown);
    fill(element, { ...shown, asked_at: new Date(shown.asked_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) });
    const number = one("[data-number]", element);
    const error = one("[data-request-error]", element);
    const press = async (answer) => {
      tell(error);
      for (const button of element.querySelectorAll("button")) button.disabled = true;
      try {
        await reply(account, request, answer, number.value);
        element.remove();
        one("[data-none]").hidden = one("[data-requests]").children.length > 0;
        done(answer);
      } catch (why) {
        tell(error, why.message);
        number.value = "";
      }
      for (const button of element.querySelectorAll("button")) button.disabled = false;
    };
    for (const button of element.querySelectorAll("[data-answer]")) button.addEventListener("click", () => press(button.dataset.answer));
    number.addEventListener("keydown", (event) => { if (event.key === "Enter") press("approve"); });
    return element;
  };

  // What is asked stays as it stands while somebody types; what is over goes.
  const show = (account, requests) => {
    const list = one("[data-requests]");
    const cards = [...list.children].filter((element) => element.dataset.device === account.device);
    for (const element of cards) if (!requests.some((request) => request.id === element.dataset.id)) element.remove();
    for (const request of requests) {
      if (cards.some((element) => element.dataset.id === request.id)) continue;
      const element = card(account, request);
      element.dataset.device = account.device;
      list.append(element);
      done();
    }
    one("[data-none]").hidden = list.children.length > 0;
  };

  const ask = async (account) => {
    const at = moment();
    const signature = await sign(account.key, ["list", account.device, String(at)]);
    return (await post("requests", { device: account.device, at, signature })).requests;
  };

  const look = async () => {
    for (const account of await all()) {
      const line = [...one("[data-accounts]").children].find((element) => element.dataset.device === account.device);
      try {
        show(account, await ask(account));
        if (line) tell(one("[data-account-error]", line));
      } catch (why) {
        if (line) tell(one("[data-account-error]", line), why.message);
      }
    }
  };
  const lookAgain = async () => {
    if (document.visibilityState === "visible") await look().catch(() => {});
    setTimeout(lookAgain, EVERY_MS);
  };

  const list = async () => {
    const known = await all();
    const lines = known.map((account) => {
      const line = stamp("account");
      line.dataset.device = account.device;
      fill(line, account);
      one("[data-do-forget]", line).addEventListener("click", async () => {
        await forget(account.device);
        show(account, []);
        await list();
      });
      return line;
    });
    one("[data-accounts]").replaceChildren(...lines);
    one("[data-no-accounts]").hidden = known.length > 0;
  };

  // Where this browser can be woken, for each account that does not know it yet.
  const subscribe = async () => {
    const { worker, vapid } = root().dataset;
    const registration = await navigator.serviceWorker.register(worker, { scope: "/phone" });
    const options = { userVisibleOnly: true, applicationServerKey: vapid };
    const { endpoint, keys: { p256dh, auth } } = (await registration.pushManager.subscribe(options)).toJSON();
    for (const account of await all()) {
      if (account.endpoint === endpoint) continue;
      const [device, at] = [account.device, moment()];
      const signature = await sign(account.key, ["subscribe", device, String(at), p256dh, auth, endpoint]);
      await post("subscribe", { device, at, endpoint, p256dh, auth, signature });
      await keep({ ...account, endpoint });
    }
  };
  const canBeWoken = () => root().dataset.vapid && navigator.serviceWorker && window.PushManager && window.Notification;
  // Without being asked again where it was allowed before; a button asks elsewhere.
  const offerToWake = async () => {
    if (!canBeWoken() || (await all()).length === 0) return;
    const isAllowed = Notification.permission === "granted";
    one("[data-wake]").hidden = isAllowed || Notification.permission === "denied";
    if (isAllowed) await subscribe().catch(() => {});
  };
  const wake = async () => {
    tell(one("[data-error]"));
    try {
      if (await Notification.requestPermission() === "granted") {
        await subscribe();
        done("wakes");
      }
    } catch (why) {
      tell(one("[data-error]"), why.message);
    }
    await offerToWake();
  };

  const begin = async () => {
    if (!window.crypto?.subtle || !window.indexedDB) {
      one("[data-unable]").hidden = false;
      return;
    }
    ahead = Number(root().dataset.now) - Date.now();
    let secret = null;
    // A link only says what can be done; pressing does it.
    const follow = () => {
      secret = secretOf(window.location.hash) ?? secret;
      if (!secret) return;
      one("[data-link]").hidden = false;
      // What opened the page is worth nothing in its history.
      window.history.replaceState(null, "", "/phone");
    };
    window.addEventListener("hashchange", follow);
    one("[data-do-paste]").addEventListener("click", () => {
      secret = secretOf(one("#phone-link").value);
      one("#phone-link").value = "";
      one("[data-link]").hidden = !secret;
      tell(one("[data-error]"), secret ? null : say("noLink"));
    });
    one("[data-do-enrol]").addEventListener("click", async (event) => {
      event.target.disabled = true;
      tell(one("[data-error]"));
      try {
        await enrol(secret, one("#phone-label").value.trim());
        secret = null;
        one("[data-link]").hidden = true;
        done("enrolled");
        await list();
        await offerToWake();
      } catch (why) {
        tell(one("[data-error]"), why.message);
      }
      event.target.disabled = false;
    });
    one("[data-do-wake]").addEventListener("click", wake);
    follow();
    await list();
    await offerToWake();
    await lookAgain();
  };
  document.addEventListener("DOMContentLoaded", begin);
})();
