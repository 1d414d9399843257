(() => {
  'use strict';
  const panel = document.getElementById('panel'), body = document.getElementById('panel-body');
  const matrix = document.querySelector('.matrix tbody');
  let opener = null;
  const key = (link) => link.getAttribute('href').slice(1);
  const proof = (link) => document.getElementById(key(link));

  function show(link) {
    const source = proof(link);
    if (!source) return false;
    const copy = source.cloneNode(true);
    copy.removeAttribute('id');
    body.replaceChildren(copy);
    document.querySelectorAll('.v.open').forEach((other) => other.classList.remove('open'));
    document.querySelectorAll('.v').forEach((other) => { if (key(other) === key(link)) other.classList.add('open'); });
    panel.hidden = false;
    document.body.classList.add('with-panel');
    opener = link;
    panel.focus({ preventScroll: true });
    return true;
  }
  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove('with-panel');
    document.querySelectorAll('.v.open').forEach((other) => other.classList.remove('open'));
    if (opener) opener.focus({ preventScroll: true });
  }
  function step(by) {
    const links = [...document.querySelectorAll('.matrix a.v')].filter((link) => link.offsetParent !== null);
    const at = links.findIndex((link) => link.classList.contains('open'));
    const next = links[at + by];
    if (next) { show(next); next.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
  }
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#e-"]');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && show(link)) event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    if (panel.hidden) return;
    if (event.key === 'Escape') close();
    if (event.target.closest('input, select')) return;
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') { event.preventDefault(); step(event.key === 'ArrowRight' ? 1 : -1); }
  });
  document.getElementById('panel-close').addEventListener('click', close);
  document.getElementById('panel-next').addEventListener('click', () => step(1));
  document.getElementById('panel-back').addEventListener('click', () => step(-1));

  if (!matrix) return;
  const control = (id) => document.getElementById(id);
  const regions = [...document.querySelectorAll('input[data-region]')];
  function filter() {
    const words = control('find').value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const domain = control('domain').value, year = control('year').value;
    const chosen = new Set(regions.filter((box) => box.checked).map((box) => box.dataset.region));
    let shown = 0;
    document.querySelectorAll('.matrix [data-column]').forEach((cell) => { cell.hidden = !chosen.has(cell.dataset.column); });
    for (const row of matrix.rows) {
      const entries = [...row.querySelectorAll('a.v')];
      for (const entry of entries) entry.hidden = year !== '' && entry.dataset.year !== year;
      const left = entries.some((entry) => !entry.hidden && !entry.closest('td').hidden);
      const d = row.dataset, text = d.text.toLowerCase();
      const ok = words.every((word) => text.includes(word)) && (domain === '' || d.domain === domain) && (year === '' && chosen.size === regions.length || left)
        && (!control('shared').checked || 'shared' in d)
        && (!control('comparable').checked || 'comparable' in d) && (!control('differs').checked || 'differs' in d);
      row.hidden = !ok;
      shown += ok;
    }
    control('count').textContent = control('count').dataset.text.replace('{n}', shown);
  }
  document.querySelector('.tools').addEventListener('input', filter);
  document.querySelector('.tools').hidden = false;
  filter();
  const asked = [...matrix.querySelectorAll('a.v')].find((link) => link.getAttribute('href') === location.hash);
  if (asked) { show(asked); asked.scrollIntoView({ block: 'center' }); }
})();
