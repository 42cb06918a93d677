// Everything works without this file; it adds what a page can't do by itself.
const fill = (words, ...values) => words.replace(/\{(\d)\}/g, (_, i) => values[i]);
const count = text => 'Segmenter' in Intl ? [...new Intl.Segmenter().segment(text)].length : [...text].length;

// What a page of the console keeps across a reload is for whoever typed it: a page in between ends it, such as the sign-in.
if (!document.getElementById('connection')) sessionStorage.removeItem('console.typed');

// Passwords: shown on demand, how long they are, and Caps Lock. How good one is the server judges.
for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = document.getElementById(button.dataset.reveal);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = field.type === 'password';
    field.type = shown ? 'text' : 'password';
    button.textContent = shown ? button.dataset.hide : show;
    button.setAttribute('aria-pressed', String(shown));
  });
  // A password manager recognises the field by its type.
  field.form.addEventListener('submit', () => { field.type = 'password'; });
}

for (const field of document.querySelectorAll('[data-passwordrules]')) field.setAttribute('passwordrules', field.dataset.passwordrules);

for (const counter of document.querySelectorAll('[data-count]')) {
  const field = document.getElementById(counter.dataset.count);
  const least = counter.dataset.least;
  field.addEventListener('input', () => {
    const length = count(field.value);
    counter.hidden = length === 0;
    counter.textContent = fill(counter.dataset.words, length, least);
    counter.classList.toggle('fine', length >= least);
  });
}

for (const note of document.querySelectorAll('[data-caps]')) {
  const field = document.getElementById(note.dataset.caps);
  const tell = event => {
    const words = event.getModifierState?.('CapsLock') ? note.dataset.words : '';
    if (note.textContent !== words) note.textContent = words;
  };
  for (const type of ['keydown', 'keyup', 'mousedown']) field.addEventListener(type, tell);
  field.addEventListener('blur', () => { note.textContent = ''; });
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// Times in the reader's own zone; forms take it along, so that mails tell them in it, too. Not before it is needed: a
// phone works on it for as long as on the rest of the page.
for (const field of document.querySelectorAll('input[name=zone]')) {
  field.form.addEventListener('submit', () => { field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? ''; });
}

const twoDigits = number => String(number).padStart(2, '0');
for (const time of document.querySelectorAll('time[data-local]')) {
  const [pattern, ...half] = time.dataset.clock.split('|');
  const utc = new Date(time.dateTime);
  const local = new Date(utc - utc.getTimezoneOffset() * 60_000);
  const day = Math.floor(local / 86_400_000) - Math.floor(utc / 86_400_000);
  const [hour, minute] = [local.getUTCHours(), local.getUTCMinutes()];
  const parts = { H: hour, h: hour % 12 || 12, m: minute, t: half[Number(hour >= 12)] };
  const clock = pattern.replace(/'([^']*)'|([Hhm])\2?|tt/g, (part, quoted) =>
    quoted ?? (/^([Hhm])\1$/.test(part) ? twoDigits(parts[part[0]]) : parts[part[0]]));
  time.title = time.textContent;
  time.textContent = fill(time.dataset.local, time.dataset.days.split('|')[day + 1], clock);
}

// An error leads to its field, which "#" alone doesn't do where a page has a <base>, or give the keyboard to.
for (const link of document.querySelectorAll('.alert a[href^="#"], .skip')) {
  link.addEventListener('click', event => {
    event.preventDefault();
    document.getElementById(link.hash.slice(1)).focus();
  });
}
