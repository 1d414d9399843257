/* The review page: keys, decisions without leaving the page, selecting text, suggestions. */
(() => {
  'use strict';
  document.documentElement.classList.add('script');
  const pane = document.getElementById('item');
  const rows = document.getElementById('rows');
  const texts = document.getElementById('texts');
  if (!texts) return;
  const said = document.getElementById('said');
  const toast = document.getElementById('toast');
  const page = document.querySelector('.wrap.review');
  const done = []; // decisions of this visit that may be undone, the last at the end
  let open = 0; // counts what was asked for: a late answer does not take the place of a later one
  let spans = {}; // slot → [[start, end], …] of the open form
  let timer = 0;

  const text = (name, values = {}) => {
    const key = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    return (texts.dataset[key] || name).replace(/\{(\w+)\}/g, (_, part) => (values[part] === undefined ? '' : String(values[part])));
  };
  const tell = (message, bad = false) => {
    said.textContent = '';
    said.textContent = message;
    toast.textContent = message;
    toast.classList.toggle('bad', bad);
    toast.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => { toast.hidden = true; }, bad ? 8000 : 2600);
  };
  const one = () => pane && pane.querySelector('.one');
  const links = () => (rows ? [...rows.querySelectorAll('a.row')] : []);
  const rowOf = (key) => links().find((link) => link.dataset.key === key);
  const panel = (name) => pane.querySelector(`#${name}`);
  const seen = (article) => (article.dataset.seen === '' ? null : Number(article.dataset.seen));

  // ---- the item on the right ----
  async function show(key, options = {}) {
    const mine = ++open;
    let answer;
    try {
      answer = await fetch(`/review/item?key=${encodeURIComponent(key)}`, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
      const made = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (mine !== open) return false;
      if (!answer.ok && answer.status !== 404) throw new Error(answer.statusText || String(answer.status));
      pane.replaceChildren(...made.body.childNodes);
    } catch (error) {
      tell(text('said_failed', { error: error.message }), true);
      return false;
    }
    spans = {};
    for (const link of links()) link.removeAttribute('aria-current');
    const link = rowOf(key);
    if (link) {
      link.setAttribute('aria-current', 'true');
      link.scrollIntoView({ block: 'nearest' });
    }
    const shown = one();
    if (shown && 'review' in shown.dataset && link && !link.querySelector('.row-state .doubt')) mark(key, shown.dataset.review || null, shown.dataset.shown);
    const address = new URL(location.href);
    address.searchParams.set('item', key);
    address.searchParams.delete('target');
    history.replaceState(null, '', address);
    if (options.picked !== false) page.classList.add('picked');
    settle();
    if (options.focus !== false) pane.focus({ preventScroll: true });
    if (matchMedia('(max-width: 900px)').matches) scrollTo(0, 0);
    else pane.scrollIntoView({ block: 'nearest' });
    if (options.quiet !== true && one()) {
      const all = links();
      said.textContent = `${all.indexOf(link) + 1} / ${all.length} · ${one().dataset.name}`;
    }
    return true;
  }

  /** Brings the main passage to its marked value. */
  function settle() {
    const passage = pane.querySelector('.passage.main');
    const value = passage && passage.querySelector('.f-value, .f-number');
    if (value) passage.scrollTop = Math.max(0, value.offsetTop - passage.clientHeight / 2);
    pane.querySelectorAll('.fields input, .fields select').forEach((field) => { field.dataset.was = field.value; });
  }

  async function more() {
    const button = document.getElementById('more');
    if (!button) return false;
    try {
      const answer = await fetch(button.href, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
      if (!answer.ok) throw new Error(answer.statusText);
      const made = new DOMParser().parseFromString(await answer.text(), 'text/html');
      rows.append(...made.querySelectorAll('#rows > li'));
      links().forEach((link, i) => { if (!link.closest('li').dataset.kept && link.hasAttribute('aria-current') && i >= 50) link.removeAttribute('aria-current'); });
      const next = made.getElementById('more');
      if (next) button.href = next.href;
      else button.closest('.pager').remove();
      return true;
    } catch (error) {
      tell(text('said_failed', { error: error.message }), true);
      return false;
    }
  }

  async function move(by) {
    if (!leave()) return;
    const all = links();
    const at = all.findIndex((link) => link.dataset.key === (one() && one().dataset.key));
    const to = at < 0 ? 0 : at + by;
    if (to < 0) { tell(text('said_start')); return; }
    if (to >= all.length && !(await more())) { tell(text('said_end')); return; }
    const link = links()[to];
    if (link) await show(link.dataset.key);
  }

  // ---- decisions ----
  async function post(body) {
    const answer = await fetch('/api/v1/corrections', {
      method: 'POST', credentials: 'same-origin', body: JSON.stringify(body),
      headers: { 'X-CSRF-Token': window.zhibiao.csrf, 'Content-Type': 'application/json', Accept: 'application/json' },
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const error = new Error(told.error || told.detail || answer.statusText || String(answer.status));
    error.fields = told.fields || {};
    error.status = answer.status;
    throw error;
  }

  /** What the row of an item says: its state, and its value where that is told; the count above goes with it. */
  function mark(key, state, value) {
    const link = rowOf(key);
    if (!link) return;
    link.classList.remove('pending', 'failed');
    if (value) link.querySelector('.row-value').textContent = value;
    const place = link.querySelector('.row-state');
    const count = document.getElementById('open-count');
    if (count && Boolean(state) !== place.childElementCount > 0) {
      count.dataset.n = Math.max(0, Number(count.dataset.n) + (state ? -1 : 1));
      count.textContent = count.dataset.text.replace('#', count.dataset.n);
    }
    place.replaceChildren();
    if (!state) return;
    const chip = document.createElement('span');
    chip.className = `chip ${state === 'rejected' ? 'bad' : 'good'}`;
    chip.textContent = text(`verdict_${state}`);
    place.append(chip);
  }

  /** Accept and reject: on to the next item at once; where the server refuses, back to this one, with what it says. */
  async function decide(action, reason) {
    const article = one();
    if (!article || !article.dataset.target || !panel('edit')) return;
    const { key, target, name } = article.dataset;
    const body = { action, target_id: target, seen: seen(article), reason: reason || null };
    const link = rowOf(key);
    if (link) link.classList.add('pending');
    const state = { accept: 'accepted', reject: 'rejected' }[action];
    const all = links();
    const next = all[all.indexOf(link) + 1];
    const moved = link && next ? show(next.dataset.key, { quiet: true }) : Promise.resolve();
    try {
      const told = await post(body);
      done.push({ id: told.decision.id, key });
      mark(key, state);
      tell(text(`said_${state}`, { name }));
      await moved;
      if (!link || !next) await show(key, { quiet: true }); // who came by a link to one target stays with it
    } catch (error) {
      await moved;
      mark(key, null);
      if (link) link.classList.add('failed');
      await show(key, { quiet: true });
      if (action === 'reject' && panel('reject')) {
        panel('reject').open = true;
        panel('reject').querySelector('input[name=reason]').value = reason || '';
      }
      refused(error.message);
    }
  }

  function refused(message) {
    const box = pane.querySelector('#problem');
    if (box) {
      box.querySelector('p').textContent = message;
      box.hidden = false;
    }
    tell(text('said_failed', { error: message }), true);
  }

  /** Corrections and additions wait for the answer: what is wrong is shown beside the fields, and nothing typed is lost. */
  async function save(form) {
    const article = one();
    const adding = form.elements.action.value === 'add';
    const wanted = {};
    for (const field of form.querySelectorAll('.fields [name]')) {
      if (field.name !== 'reason') wanted[field.name] = field.value;
    }
    const body = { action: adding ? 'add' : 'correct', changes: wanted, reason: form.elements.reason.value.trim() || null };
    if (Object.keys(placed(form)).length) body.spans = placed(form);
    if (adding) body.document_id = article.dataset.document;
    else Object.assign(body, { target_id: article.dataset.target, seen: seen(article) });
    const button = form.querySelector('button.main');
    button.disabled = true;
    said.textContent = text('said_saving');
    clear(form);
    try {
      const told = await post(body);
      const { key } = article.dataset;
      done.push({ id: told.decision.id, key });
      const name = (told.target && told.target.fields.indicator) || article.dataset.name;
      if (adding) {
        if (key.startsWith('c:')) mark(key, 'added');
        tell(text('said_added', { name }));
        await show(`t:${told.decision.target_id}`, { quiet: true });
      } else {
        mark(key, told.target ? told.target.review : 'corrected', told.target && told.target.shown);
        tell(text('said_corrected', { name }));
        const all = links();
        const next = all[all.indexOf(rowOf(key)) + 1];
        await show(rowOf(key) && next ? next.dataset.key : key, { quiet: true });
      }
    } catch (error) {
      button.disabled = false;
      wrong(form, error.fields || {});
      refused(error.message);
    }
  }

  /** The places of a form: those in its hidden fields, then those that were selected since. */
  function placed(form) {
    const found = {};
    for (const field of form.querySelectorAll('input[name^=span_]')) {
      if (field.value) found[field.name.slice(5)] = field.value.split(',').map((part) => part.split('-').map(Number));
    }
    return { ...found, ...spans };
  }

  function clear(form) {
    form.querySelectorAll('.wrong').forEach((message) => message.remove());
    form.querySelectorAll('[aria-invalid]').forEach((field) => { field.removeAttribute('aria-invalid'); field.removeAttribute('aria-describedby'); });
  }

  function wrong(form, fields) {
    let first = null;
    for (const [name, message] of Object.entries(fields)) {
      const field = form.elements[name] || form.elements[name === 'deadline' ? 'deadline_end' : 'indicator'];
      if (!field || !field.closest) continue;
      const shown = document.createElement('span');
      shown.className = 'wrong';
      shown.id = `wrong-${name}`;
      shown.textContent = message;
      field.closest('label').append(shown);
      field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-describedby', shown.id);
      first = first || field;
    }
    if (first) first.focus();
  }

  async function undo() {
    const article = one();
    const last = done[done.length - 1] || (article && article.dataset.mine ? { id: article.dataset.mine, key: article.dataset.key } : null);
    if (!last) { tell(text('said_nothing_to_undo')); return; }
    if (!leave()) return;
    try {
      await post({ action: 'undo', undoes: last.id });
      if (done.length) done.pop();
      mark(last.key, null);
      await show(last.key, { quiet: true });
      tell(text('said_undone'));
    } catch (error) {
      refused(error.message);
    }
  }

  // ---- panels ----
  function opened() {
    return pane ? [...pane.querySelectorAll('details.panel')].find((some) => some.open) : null;
  }
  const dirty = () => {
    const some = opened();
    return Boolean(some && some.id !== 'reject' && [...some.querySelectorAll('.fields [name]')].some((field) => field.dataset.was !== undefined && field.value !== field.dataset.was));
  };
  function leave() {
    if (!dirty()) return true;
    tell(text('said_unsaved'), true);
    return false;
  }
  function close() {
    const some = opened();
    if (!some) return;
    some.open = false;
    some.querySelectorAll('.fields [name]').forEach((field) => { if (field.dataset.was !== undefined) field.value = field.dataset.was; });
    clear(some);
    spans = {};
    pane.focus({ preventScroll: true });
  }
  function unfold(name) {
    const wanted = panel(name);
    if (!wanted) return null;
    const current = opened();
    if (current && current !== wanted) {
      if (!leave()) return null;
      current.open = false;
    }
    wanted.open = true;
    const first = wanted.querySelector('form input:not([type=hidden])');
    wanted.scrollIntoView({ block: 'nearest' });
    first.focus();
    if (first.select) first.select();
    return wanted;
  }

  // ---- selected text: offsets count characters of the document, of which JavaScript may need two units ----
  const characters = (some) => { let count = 0; for (const char of some) count += char ? 1 : 0; return count; };
  function offset(passage, node, at) {
    const before = document.createRange();
    before.selectNodeContents(passage);
    before.setEnd(node, at);
    return Number(passage.dataset.start) + characters(before.toString());
  }
  function selected() {
    const selection = getSelection();
    if (!selection || !selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const of = (node) => (node.nodeType === 1 ? node : node.parentElement);
    const passage = of(range.startContainer) && of(range.startContainer).closest('.passage');
    if (!passage || !pane.contains(passage) || of(range.endContainer).closest('.passage') !== passage) return null;
    const whole = range.toString();
    const ahead = whole.length - whole.trimStart().length;
    const words = whole.trim();
    if (!words) return null;
    const start = offset(passage, range.startContainer, range.startOffset) + characters(whole.slice(0, ahead));
    return { start, end: start + characters(words), words };
  }
  document.addEventListener('selectionchange', () => {
    const bar = pane && pane.querySelector('#use');
    if (bar) bar.hidden = !selected();
  });

  async function parse(some) {
    const address = new URLSearchParams({ document: one().dataset.document, start: some.start, end: some.end });
    return window.zhibiao.send('GET', `/review/parse?${address}`);
  }
  function put(form, name, value) {
    const field = form.elements[name];
    if (field && value !== undefined && value !== null) field.value = value;
  }
  async function use(slot) {
    const some = selected();
    if (!some) { tell(text('said_select')); return; }
    let wanted = opened();
    if (!wanted || wanted.id === 'reject') wanted = panel('edit') ? unfold('edit') : null;
    if (!wanted) { await add(); return; }
    const form = wanted.querySelector('form');
    try {
      if (slot === 'indicator' || slot === 'scope') put(form, slot, some.words);
      else {
        const told = await parse(some);
        const names = slot === 'value' ? ['value', 'value_max', 'unit', 'operator'] : ['deadline_kind', 'deadline_start', 'deadline_end', 'deadline_raw'];
        if (slot === 'value') {
          names.forEach((name) => put(form, name, told.inputs[name]));
          if (wanted.id === 'add') put(form, 'kind', told.inputs.kind);
        } else {
          const read = told.selected_deadline || {};
          names.forEach((name) => put(form, name, read[name.slice(9)] || ''));
        }
      }
      spans[slot] = [[some.start, some.end]];
      const taken = form.querySelector('.taken');
      taken.textContent = Object.entries(spans).map(([name, places]) => `${text(`field_${name}`)} ${places.map((place) => place.join('–')).join(', ')}`).join(' · ');
      taken.hidden = false;
      tell(text('said_span', { field: text(`field_${slot}`), text: some.words }));
    } catch (error) {
      refused(error.message);
    }
  }
  async function add() {
    const article = one();
    if (!article || !panel('add')) return;
    const some = selected();
    const number = article.dataset.key.startsWith('c:');
    if (!some && !number) { tell(text('said_select')); return; }
    let told = null;
    try {
      if (some) told = await parse(some);
    } catch (error) {
      refused(error.message);
      return;
    }
    const wanted = unfold('add');
    if (!wanted) return;
    const form = wanted.querySelector('form');
    if (told) {
      for (const [name, value] of Object.entries(told.inputs)) put(form, name, value);
      form.querySelectorAll('input[name^=span_]').forEach((field) => { field.value = ''; });
      spans = told.spans;
    }
    const taken = form.querySelector('.taken');
    const places = placed(form);
    taken.textContent = Object.entries(places).map(([name, at]) => `${text(`field_${name}`)} ${at.map((place) => place.join('–')).join(', ')}`).join(' · ');
    taken.hidden = !taken.textContent;
  }

  // ---- suggestions: a list box under the field ----
  let asking = 0;
  async function suggest(field) {
    const mine = ++asking;
    const list = document.getElementById(field.getAttribute('aria-controls'));
    const words = field.value.trim();
    if (!words) { fold(field); return; }
    let found = [];
    try {
      found = (await window.zhibiao.send('GET', `/review/suggest?${new URLSearchParams({ q: words, what: field.dataset.suggest })}`)).found;
    } catch { /* suggestions are a help: without them the field still takes what is typed */ }
    if (mine !== asking || document.activeElement !== field) return;
    list.replaceChildren(...found.map((choice, i) => {
      const line = document.createElement('li');
      line.id = `${list.id}-${i}`;
      line.setAttribute('role', 'option');
      line.setAttribute('aria-selected', 'false');
      line.dataset.value = choice.name;
      line.append(choice.name);
      const note = document.createElement('small');
      note.textContent = [choice.entry && choice.entry !== choice.name ? choice.entry : '', choice.note || choice.unit || ''].filter(Boolean).join(' · ');
      line.append(note);
      return line;
    }));
    list.hidden = !found.length;
    field.setAttribute('aria-expanded', String(Boolean(found.length)));
    field.removeAttribute('aria-activedescendant');
  }
  function fold(field) {
    asking += 1;
    const list = document.getElementById(field.getAttribute('aria-controls'));
    list.hidden = true;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }
  function choose(field, line) {
    field.value = line.dataset.value;
    fold(field);
  }
  function inList(event, field) {
    const list = document.getElementById(field.getAttribute('aria-controls'));
    const lines = [...list.children];
    const at = lines.findIndex((line) => line.getAttribute('aria-selected') === 'true');
    if (list.hidden) {
      if (event.key === 'ArrowDown') { suggest(field); event.preventDefault(); }
      return false;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const to = (at + (event.key === 'ArrowDown' ? 1 : -1) + lines.length + (at < 0 && event.key === 'ArrowUp' ? 1 : 0)) % lines.length;
      lines.forEach((line, i) => line.setAttribute('aria-selected', String(i === to)));
      lines[to].scrollIntoView({ block: 'nearest' });
      field.setAttribute('aria-activedescendant', lines[to].id);
    } else if (event.key === 'Enter' && at >= 0) choose(field, lines[at]);
    else if (event.key === 'Escape') fold(field);
    else return false;
    event.preventDefault();
    return true;
  }

  // ---- events ----
  const help = document.getElementById('keys');
  if (document.getElementById('help')) document.getElementById('help').addEventListener('click', () => help.showModal());
  const doing = {
    accept: () => leave() && decide('accept'), edit: () => unfold('edit'), reject: () => unfold('reject'), add, undo,
    next: () => move(1), previous: () => move(-1),
  };
  if (rows) rows.addEventListener('click', (event) => {
    const link = event.target.closest('a.row');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (leave()) show(link.dataset.key);
  });
  const button = document.getElementById('more');
  if (button) button.addEventListener('click', (event) => { event.preventDefault(); more(); });
  if (pane) {
    pane.addEventListener('mousedown', (event) => {
      if (event.target.closest('#use button, .combobox li')) event.preventDefault(); // the selection, or the focus, stays
    });
    pane.addEventListener('click', (event) => {
      const back = event.target.closest('a.back');
      if (back && rows) { event.preventDefault(); page.classList.remove('picked'); const link = rowOf(one() && one().dataset.key); if (link) link.focus(); return; }
      const line = event.target.closest('.combobox li');
      if (line) { choose(line.closest('.combobox').querySelector('input'), line); return; }
      const some = event.target.closest('button');
      if (!some) return;
      if (some.dataset.use) use(some.dataset.use);
      else if ('add' in some.dataset) add();
      else if ('cancel' in some.dataset) close();
      else if (some.dataset.do) { event.preventDefault(); doing[some.dataset.do](); }
    });
    pane.addEventListener('submit', (event) => {
      const form = event.target;
      const action = form.elements.action && form.elements.action.value;
      if (action === 'undo') {
        event.preventDefault();
        const id = form.elements.undoes.value;
        const at = done.findIndex((decision) => decision.id === id);
        if (at >= 0) done.splice(at, 1);
        done.push({ id, key: one().dataset.key });
        undo();
      } else if (action === 'reject') { event.preventDefault(); decide('reject', form.elements.reason.value.trim()); }
      else if (action === 'correct' || action === 'add') { event.preventDefault(); save(form); }
    });
    pane.addEventListener('input', (event) => {
      if (event.target.dataset.suggest) suggest(event.target);
      if (event.target.dataset.was !== undefined) event.target.classList.toggle('changed', event.target.value !== event.target.dataset.was);
    });
    pane.addEventListener('focusout', (event) => { if (event.target.dataset && event.target.dataset.suggest) fold(event.target); });
  }

  const typing = (target) => target.closest('input, select, textarea, [contenteditable]');
  document.addEventListener('keydown', (event) => {
    if (help && help.open) return;
    const field = event.target.closest && typing(event.target);
    if (field) {
      if (event.isComposing) return; // an input method has the keys
      if (field.dataset.suggest && inList(event, field)) return;
      if (event.key === 'Escape' && opened()) { event.preventDefault(); close(); }
      else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && field.form && field.form.querySelector('.fields')) { event.preventDefault(); save(field.form); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { j: doing.next, k: doing.previous, a: doing.accept, e: doing.edit, r: doing.reject, u: doing.undo, n: doing.add, '/': () => document.getElementById('words').focus(), '?': () => help.showModal(), Escape: close };
    const slot = { 1: 'value', 2: 'indicator', 3: 'scope', 4: 'deadline' }[event.key];
    const act = keys[event.key] || (slot && (() => use(slot)));
    if (!act || !pane) return;
    event.preventDefault();
    act();
  });
  addEventListener('beforeunload', (event) => { if (dirty()) event.preventDefault(); });
  if (pane) settle();
})();
