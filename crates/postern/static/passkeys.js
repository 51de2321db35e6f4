// Passkey ceremonies: the one thing that needs a script, because the browser offers it to scripts only.
(() => {
  const post = async (url, body) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.detail ?? "The server did not answer as expected. Try again.");
    return said;
  };

  const ceremonies = {
    get: async (options) => navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey),
    }),
    create: async (options) => navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey),
    }),
  };

  const words = (error) => {
    if (error.name === "NotAllowedError") return "No passkey was used. Try again, or choose another way.";
    if (error.name === "InvalidStateError") return "This device has a passkey for this account already.";
    return error.message;
  };

  // What follows a passkey touch: the form that wanted it is sent again with what was typed, or the page is asked for
  // again.
  const go = {
    submit: (button) => button.form.requestSubmit(),
    reload: () => window.location.reload(),
    back: () => window.history.back(),
  };

  const run = async (button) => {
    const near = button.closest("form, section, main");
    const says = near.querySelector("[data-passkey-says]") ?? document.querySelector("[data-passkey-says]");
    button.disabled = true;
    says.textContent = "Follow your browser's question.";
    try {
      const url = button.dataset.passkey;
      const credential = await ceremonies[button.dataset.ceremony](await post(`${url}/start`));
      const { next } = await post(`${url}/finish`, credential.toJSON());
      if (button.dataset.then) go[button.dataset.then](button);
      else window.location.assign(next);
    } catch (error) {
      says.textContent = words(error);
      button.disabled = false;
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    for (const button of document.querySelectorAll("[data-passkey]")) {
      button.hidden = false;
      button.addEventListener("click", () => run(button));
    }
  });
})();
