// Everything works without this file; it adds buttons that show a password or print a page.
for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = field.type === 'password';
    field.type = shown ? 'text' : 'password';
    button.textContent = shown ? 'Hide' : 'Show';
    button.setAttribute('aria-pressed', String(shown));
  });
  // A password manager recognises the field by its type.
  field.form.addEventListener('submit', () => { field.type = 'password'; });
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// The console: Blazor says how the connection does, and leaves showing it to the page.
const lost = document.getElementById('components-reconnect-modal');
lost?.addEventListener('components-reconnect-state-changed', ({ detail }) => {
  if (detail.state === 'show' && !lost.open) lost.showModal();
  if (detail.state === 'hide') lost.close();
  if (detail.state === 'rejected') location.reload();
});

// Its <base>, which Blazor needs, makes another page of "#main".
if (document.querySelector('base')) {
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    document.getElementById('main').focus();
  });
}
