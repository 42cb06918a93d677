// Passkeys: the browser's answer travels in the form, like everything else that people send.
const calls = {
  create: options => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: options => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  const problem = document.querySelector('[data-passkey-problem]');
  document.querySelector('[data-passkey-missing]').hidden = true;
  for (const form of document.querySelectorAll('[data-passkey]')) {
    form.hidden = false;
    form.addEventListener('submit', async event => {
      event.preventDefault();
      problem.hidden = true;
      try {
        const credential = await calls[form.dataset.passkey](JSON.parse(form.dataset.options));
        form.elements.credential.value = JSON.stringify(credential.toJSON());
        form.submit();
      } catch {
        problem.hidden = false;
        problem.setAttribute('role', 'alert');
      }
    });
  }
}
