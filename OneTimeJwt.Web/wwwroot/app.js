// Everything works without this file; it adds the "Show" button to password fields.
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
