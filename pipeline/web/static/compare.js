(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add('js');

  // ── filters: every change is a new address; without script the button does it ──
  const form = byId('filters');
  function address(changed) {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== '' && !query.getAll(name).includes(value)) query.append(name, value);
    const usual = { view: 'matrix', chart: 'values', by: 'region', order: 'asc' };
    for (const [name, value] of Object.entries(usual)) if (query.get(name) === value) query.delete(name);
    if (query.getAll('columns').join() === 'value,deadline,scope,rank') query.delete('columns');
    for (const [name, value] of Object.entries(changed || {})) query.set(name, value);
    const text = query.toString();
    return '/compare' + (text ? `?${text}` : '');
  }
  function submit() { location.assign(address()); }
  if (form) {
    form.addEventListener('submit', (event) => { event.preventDefault(); submit(); });
    if (matchMedia('(max-width: 760px)').matches) document.querySelectorAll('.filter-box').forEach((box) => { box.open = false; });
    let waiting = 0;
    form.addEventListener('change', (event) => {
      if (event.target.closest('.picks input[type=search]')) return;
      clearTimeout(waiting);
      // several boxes of one menu are ticked before the page is asked for
      const menu = event.target.closest('details.checks');
      if (menu) menu.dataset.changed = '1'; else submit();
    });
    const leave = (menu) => { if (menu.dataset.changed) { waiting = setTimeout(submit, 0); } };
    document.querySelectorAll('details.menu').forEach((menu) => {
      menu.addEventListener('toggle', () => { if (!menu.open) leave(menu); });
      menu.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || !menu.open) return;
        event.stopPropagation();
        menu.open = false;
        menu.querySelector('summary').focus();
      });
    });
    document.addEventListener('click', (event) => {
      document.querySelectorAll('details.menu[open]').forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    });
    document.querySelectorAll('.picker').forEach(picker);
  }

  // ── pickers of regions and indicators: suggestions of the server ──
  function picker(box) {
    const input = box.querySelector('input[type=search]'), list = box.querySelector('.hits'), status = box.querySelector('[role=status]');
    let asked = 0, at = -1, timer = 0;
    const items = () => [...list.querySelectorAll('[role=option]')];
    function choose(item) {
      if (!item) return;
      input.value = item.dataset.word;
      submit();
    }
    function mark(index) {
      const all = items();
      at = all.length ? (index + all.length) % all.length : -1;
      all.forEach((item, i) => item.setAttribute('aria-selected', String(i === at)));
      input.setAttribute('aria-activedescendant', at < 0 ? '' : all[at].id);
      if (at >= 0) all[at].scrollIntoView({ block: 'nearest' });
    }
    function close() { list.hidden = true; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); at = -1; }
    function span(tag, text) { const made = document.createElement(tag); made.textContent = text; return made; }
    function show(found) {
      const have = new Set([...box.querySelectorAll('.pick input')].map((one) => one.value));
      list.replaceChildren(...found.filter((one) => !have.has(one.word)).map((one, i) => {
        const item = document.createElement('li');
        item.id = `${list.id}-${i}`;
        item.setAttribute('role', 'option');
        item.dataset.word = one.word;
        item.append(span('span', one.name), span('small', one.about || ''), span('small', one.count ? String(one.count) : box.dataset.zero));
        item.addEventListener('mousedown', (event) => { event.preventDefault(); choose(item); });
        return item;
      }));
      if (!list.children.length) { const none = document.createElement('li'); none.textContent = box.dataset.none; list.append(none); }
      list.hidden = false;
      input.setAttribute('aria-expanded', 'true');
      status.textContent = items().length ? box.dataset.hits.replace('{n}', items().length) : box.dataset.none;
      at = -1;
    }
    async function ask() {
      const mine = ++asked;
      try {
        const answer = await fetch(`${box.dataset.address}?q=${encodeURIComponent(input.value)}`, { headers: { Accept: 'application/json' } });
        if (answer.ok && mine === asked && document.activeElement === input) show(await answer.json());
      } catch { close(); }
    }
    input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
    input.addEventListener('focus', ask);
    input.addEventListener('blur', close);
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); if (list.hidden) ask(); else mark(at + (event.key === 'ArrowDown' ? 1 : -1)); }
      else if (event.key === 'Enter') {
        event.preventDefault();
        if (at >= 0) choose(items()[at]); else if (input.value.trim()) choose(items()[0] || { dataset: { word: input.value.trim() } });
      } else if (event.key === 'Escape' && !list.hidden) { event.stopPropagation(); close(); }
      else if (event.key === 'Backspace' && !input.value) { const last = [...box.querySelectorAll('.pick input')].pop(); if (last) { last.checked = false; submit(); } }
    });
  }

  // ── buttons ──
  const copy = byId('copy'), print = byId('print');
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    const text = copy.textContent;
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(location.href);
      copy.textContent = copy.dataset.done;
      setTimeout(() => { copy.textContent = text; }, 1600);
    });
  }
  if (print) { print.hidden = false; print.addEventListener('click', () => window.print()); }

  // ── evidence at the side ──
  const side = byId('side'), body = byId('side-body');
  let opener = null, shown = '', number = 0;
  const links = () => [...document.querySelectorAll('a[data-open]')].filter((link) => link.dataset.open && link.offsetParent !== null);
  function remember(key) {
    const here = new URL(location.href);
    if (key) here.searchParams.set('open', key); else here.searchParams.delete('open');
    history.replaceState(history.state, '', here);
  }
  function note(text) { const p = document.createElement('p'); p.className = 'soft'; p.textContent = text; body.replaceChildren(p); }
  async function open(key, link, quietly) {
    if (!side || !key) return;
    const mine = ++number;
    shown = key;
    opener = link || opener;
    document.querySelectorAll('a[data-open][aria-current]').forEach((other) => other.removeAttribute('aria-current'));
    document.querySelectorAll('a[data-open]').forEach((other) => { if (other.dataset.open === key) other.setAttribute('aria-current', 'true'); });
    if (side.hidden) note(side.dataset.loading);
    side.hidden = false;
    document.body.classList.add('with-side');
    remember(key);
    if (!quietly) side.focus({ preventScroll: true });
    // the panel of a narrow screen lies over the lower half of the page
    if (link) link.scrollIntoView({ block: matchMedia('(max-width: 760px)').matches ? 'start' : 'nearest', inline: 'nearest' });
    try {
      const answer = await fetch(`/compare/evidence/${encodeURIComponent(key)}${side.dataset.query}`, { headers: { Accept: 'text/html' } });
      if (mine !== number) return;
      if (answer.redirected) { location.reload(); return; } // logged out meanwhile
      if (!answer.ok) throw new Error(String(answer.status));
      // what the server made from templates that escape all text; scripts in it would not run
      const read = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (mine === number) { body.replaceChildren(...read.body.children); side.scrollTop = 0; centre(); }
    } catch { if (mine === number) note(side.dataset.failed); }
  }
  function centre() {
    const quote = body.querySelector('blockquote'), value = quote && quote.querySelector('.f-value, .f-quote');
    if (value) quote.scrollTop = value.offsetTop - quote.offsetTop - 40;
  }
  function close() {
    if (side.hidden) return;
    number++;
    side.hidden = true;
    document.body.classList.remove('with-side');
    document.querySelectorAll('a[data-open][aria-current]').forEach((other) => other.removeAttribute('aria-current'));
    remember('');
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    shown = '';
  }
  function go(link) {
    if (!link) return;
    const hidden = link.closest('details:not([open])');
    if (hidden) hidden.open = true;
    link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    open(link.dataset.open, link);
  }
  function step(by) {
    const all = links(), at = opener ? all.indexOf(opener) : all.findIndex((link) => link.dataset.open === shown);
    go(all[at + by]);
  }
  // the value above or below: in the same column of the nearest row that has one
  function climb(by) {
    const cell = opener && opener.closest('td');
    if (!cell) return step(by);
    const mine = [...cell.querySelectorAll('a[data-open]')], next = mine[mine.indexOf(opener) + by];
    if (next) return go(next);
    for (let row = cell.parentElement; (row = by > 0 ? row.nextElementSibling : row.previousElementSibling);) {
      const there = row.cells[cell.cellIndex], found = there ? [...there.querySelectorAll('a[data-open]')] : [];
      if (found.length) return go(found[by > 0 ? 0 : found.length - 1]);
    }
    return undefined;
  }
  if (side) {
    document.addEventListener('click', (event) => {
      const link = event.target.closest('a[data-open]');
      if (!link || !link.dataset.open || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      open(link.dataset.open, link);
    });
    document.addEventListener('keydown', (event) => {
      if (side.hidden || event.altKey || event.ctrlKey || event.metaKey || event.target.closest('input, select, textarea')) return;
      const moves = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => climb(1), ArrowUp: () => climb(-1), Escape: close };
      if (!moves[event.key] || (event.target.closest('blockquote') && /Up|Down/.test(event.key))) return; // there they scroll
      event.preventDefault();
      moves[event.key]();
    });
    byId('side-close').addEventListener('click', close);
    byId('side-next').addEventListener('click', () => step(1));
    byId('side-previous').addEventListener('click', () => step(-1));
    const asked = side.dataset.open;
    if (asked) {
      const link = links().find((one) => one.dataset.open === asked);
      open(asked, link, true);
      if (link) link.scrollIntoView({ block: 'center', inline: 'nearest' });
    }
  }
  window.zhibiao.openEvidence = (key) => open(key, null);
})();
