(() => {
  'use strict';
  const root = document.documentElement;
  const button = document.getElementById('theme');
  if (button) button.addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('zhibiao-theme', root.dataset.theme);
    document.dispatchEvent(new CustomEvent('themechange'));
  });
  // on a narrow screen the menu scrolls: the page that one is on stands in it
  const here = document.querySelector('header.bar nav a[aria-current]');
  const menu = here && here.closest('nav');
  if (menu && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - menu.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
  // what pages share: changes carry the token of this page
  window.zhibiao = {
    csrf: document.querySelector('meta[name=csrf]').content,
    async send(method, url, body) {
      const headers = { 'X-CSRF-Token': window.zhibiao.csrf, Accept: 'application/json' };
      const form = body instanceof FormData;
      if (body !== undefined && !form) headers['Content-Type'] = 'application/json';
      const answer = await fetch(url, { method, headers, body: form || body === undefined ? body : JSON.stringify(body), credentials: 'same-origin' });
      const told = (answer.headers.get('content-type') || '').includes('json') ? await answer.json() : { text: await answer.text() };
      if (!answer.ok) throw new Error(told.error || told.text || answer.statusText);
      return told;
    },
    colour: (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim(),
  };
})();
