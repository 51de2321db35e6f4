// Passkey ceremonies: the one thing that needs a script, because the browser offers it to scripts only.
(() => {
  // What to say, in the page's language.
  const say = (word) => document.querySelector("#script-words").dataset[word];

  const post = async (url, body) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.detail ?? say("noAnswer"));
    return said;
  };

  const get = async (options) => (await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey),
  })).toJSON();
  const create = async (options) => (await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey),
  })).toJSON();

  // A factor that is there already proves that its owner adds the new one: a code that was typed, or else a passkey.
  const prove = async (options, code) => {
    if (code) return { code };
    if (options.get) return { assertion: await get(options.get) };
    throw new Error(say(options.takes_code ? "orTypeCode" : "noProof"));
  };

  // Each takes the page's half of the address and answers with what the server said at the end.
  const ceremonies = {
    get: async (url) => post(`${url}/finish`, await get(await post(`${url}/start`))),
    prove: async (url) => post(`${url}/finish`, { proof: { assertion: await get(await post(`${url}/start`)) } }),
    // The answer goes with the form it stands in, so that the page that follows is the server's.
    form: async (url, form, button) => {
      if (!form.reportValidity()) throw new Error(say("fillInFirst"));
      const { options } = button.dataset;
      form.elements.assertion.value = JSON.stringify(await get(options ? JSON.parse(options) : await post(`${url}/start`)));
      form.submit();
      return new Promise(() => {});
    },
    // A first passkey, likewise.
    make: async (url, form) => {
      form.elements.created.value = JSON.stringify(await create(await post(`${url}/start`)));
      form.submit();
      return new Promise(() => {});
    },
    add: async (url, form) => {
      const typed = new FormData(form);
      const options = await post(`${url}/start`, { second_step_only: typed.has("second_step_only") });
      const proof = await prove(options, (typed.get("code") ?? "").trim());
      const created = await create(options.create);
      return post(`${url}/finish`, { created, proof, label: typed.get("label") });
    },
  };

  // What follows a passkey touch: the form that wanted it is sent again with what was typed, or the page is asked for
  // again.
  const go = {
    submit: (button) => button.form.requestSubmit(),
    reload: () => window.location.reload(),
    back: () => window.history.back(),
  };

  const errorMessage = (error) => {
    if (error.name === "NotAllowedError") return say("noneUsed");
    if (error.name === "InvalidStateError") return say("isThereAlready");
    return error.message;
  };

  const run = async (button) => {
    const near = button.closest("form, section, main");
    const message = near.querySelector("[data-passkey-message]") ?? document.querySelector("[data-passkey-message]");
    button.disabled = true;
    message.textContent = say("followBrowser");
    try {
      const { next } = await ceremonies[button.dataset.ceremony](button.dataset.passkey, button.form, button);
      if (button.dataset.then) go[button.dataset.then](button);
      // Whoever came for one thing goes on to it.
      else window.location.assign(button.dataset.next ?? next);
    } catch (error) {
      message.textContent = errorMessage(error);
      button.disabled = false;
    }
  };

  // A browser that can takes those that are gone, after a reset for one, off its list.
  const tellWhichCount = ({ passkeysOnFile, user }) => PublicKeyCredential.signalAllAcceptedCredentials?.({
    rpId: window.location.hostname,
    userId: user,
    allAcceptedCredentialIds: passkeysOnFile.split(" ").filter(Boolean),
  }).catch(() => {});

  document.addEventListener("DOMContentLoaded", () => {
    const onFile = document.querySelector("[data-passkeys-on-file]");
    if (onFile && window.PublicKeyCredential) tellWhichCount(onFile.dataset);
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    for (const button of document.querySelectorAll("[data-passkey]")) {
      button.hidden = false;
      button.addEventListener("click", (event) => {
        event.preventDefault();
        run(button);
      });
    }
  });
})();
