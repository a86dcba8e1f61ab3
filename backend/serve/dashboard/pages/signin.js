const form = document.querySelector('form');
const problem = document.querySelector('#problem');

// A link on another site brings no cookie along. Whoever is signed in already
// gets in by loading the page once more from here.
fetch('/api/state').then((answer) => {
  if (answer.ok) location.replace(location.pathname);
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  problem.textContent = '';
  try {
    const answer = await fetch('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: form.token.value.trim() }),
    });
    if (answer.ok) return location.replace(location.pathname);
    const { error } = await answer.json();
    // Where the token stands is said below.
    problem.textContent = form.dataset[error.code] ?? error.message;
  } catch {
    problem.textContent = form.dataset.noAnswer;
  }
  form.token.select();
});
