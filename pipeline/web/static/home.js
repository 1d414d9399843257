(() => {
  'use strict';
  // findings that are being worked out take their place when they are there; the server has escaped what it sends
  const look = async () => {
    const place = document.getElementById('findings');
    if (!place || place.dataset.state !== 'working') return;
    try {
      const answer = await fetch(location.href, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('findings'), waiting = page.getElementById('waiting');
      if (answer.ok && fresh && fresh.dataset.state !== 'working') {
        place.replaceWith(fresh);
        document.getElementById('waiting').textContent = waiting.textContent;
        return;
      }
    } catch { /* the server is away for a moment: look again */ }
    setTimeout(look, 1500);
  };
  setTimeout(look, 700);
})();
