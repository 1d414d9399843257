// the viewer: a record marks its place in the source, a place marks its records; j and k go from record to record
(() => {
  'use strict';
  const viewer = document.querySelector('.viewer');
  if (!viewer) return;
  document.documentElement.classList.add('scripted');
  const source = viewer.querySelector('.source');
  const aside = viewer.querySelector('.records');
  const told = document.getElementById('told');
  const records = [...aside.querySelectorAll('.record')];
  const has = (attribute, number) => `[data-${attribute}~="${number}"]`;

  function clear() {
    for (const node of viewer.querySelectorAll('.on, .near')) node.classList.remove('on', 'near');
    for (const node of aside.querySelectorAll('[aria-current]')) node.removeAttribute('aria-current');
  }
  function show(pane, node, block) {
    if (!node) return;
    const place = () => {
      if (pane.scrollHeight <= pane.clientHeight + 1) { if (node.closest('.source')) node.scrollIntoView({ block: 'center' }); return; }
      const box = node.getBoundingClientRect(), frame = pane.getBoundingClientRect();
      if (block === 'nearest' && box.top >= frame.top + 8 && box.bottom <= frame.bottom - 8) return;
      pane.scrollTop += block === 'nearest' && box.top > frame.top ? box.bottom - frame.bottom + 24
        : box.top - frame.top - (block === 'center' ? Math.max((frame.height - box.height) / 2, 16) : 16);
    };
    // lines that were never drawn have no height of their own yet: once more when they have
    place();
    requestAnimationFrame(() => { place(); requestAnimationFrame(place); });
  }
  function remember(changes) {
    const address = new URL(location.href);
    for (const name of ['target', 'task', 'start', 'end']) address.searchParams.delete(name);
    for (const [name, value] of Object.entries(changes)) address.searchParams.set(name, value);
    address.hash = '';
    history.replaceState(null, '', address);
  }
  function mark(selector) {
    const found = [...source.querySelectorAll(selector)];
    for (const node of found) node.classList.add('on');
    return found;
  }
  function say(text) { told.textContent = text; }

  function chooseRecord(record, from) {
    clear();
    record.classList.add('on');
    record.querySelector('.pick').setAttribute('aria-current', 'true');
    const own = mark(has('r', record.dataset.r));
    if (record.dataset.t !== undefined) mark(`${has('t', record.dataset.t)}:not(.f-task):not(.b-task)`);
    const value = own.find((node) => node.matches('.f-value, .b-value')) || own.find((node) => !node.matches('.f-quote:only-child')) || own[0];
    if (from !== 'source') show(source, value, 'center');
    if (from !== 'load' || value) show(aside, record, 'nearest');
    remember({ target: record.dataset.id });
    say(told.dataset.chosen.replace('#', record.querySelector('.pick').textContent.trim()));
    if (!value && from === 'record') location.assign(record.querySelector('.pick').href); // on another page
  }
  function chooseTask(section, from) {
    clear();
    section.classList.add('on');
    const own = mark(has('t', section.dataset.task));
    for (const record of section.querySelectorAll('.record')) { record.classList.add('near'); mark(has('r', record.dataset.r)); }
    if (from !== 'source') show(source, own.find((node) => node.matches('.f-task, .b-task')) || own[0], 'center');
    show(aside, section, 'nearest');
    remember({ task: section.dataset.id });
    if (!own.length && from === 'record') location.assign(section.querySelector('.pick').href);
  }
  function chooseEntry(item) {
    clear();
    item.classList.add('on');
    show(source, mark(has('l', item.dataset.l))[0], 'center');
  }

  function numbers(node, name) { return node.dataset[name] === undefined || node.dataset[name] === '' ? [] : node.dataset[name].split(' '); }
  function choosePlace(node) {
    const mine = numbers(node, 'r').map((number) => records.find((record) => record.dataset.r === number)).filter(Boolean);
    const tasks = numbers(node, 't').map((number) => aside.querySelector(`.task[data-task="${number}"]`)).filter(Boolean);
    const entry = numbers(node, 'l')[0];
    if (mine.length) {
      // of several records the next one comes at each click
      const now = mine.findIndex((record) => record.classList.contains('on'));
      chooseRecord(mine[(now + 1) % mine.length], 'source');
      for (const record of mine) if (!record.classList.contains('on')) record.classList.add('near');
      if (mine.length > 1) say(told.dataset.belongs.replace('#', mine.length));
    } else if (tasks.length) chooseTask(tasks[0], 'source');
    else if (entry !== undefined) {
      const item = aside.querySelector(`.entries ${has('l', entry)}`);
      if (item) { item.closest('details').open = true; chooseEntry(item); show(aside, item, 'nearest'); }
    }
  }

  aside.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest('.go a')) return;
    const record = event.target.closest('.record');
    const heading = event.target.closest('.task h3 .pick');
    const entry = event.target.closest('.entries [data-l]');
    if (record) { event.preventDefault(); chooseRecord(record, 'record'); }
    else if (heading) { event.preventDefault(); chooseTask(heading.closest('.task'), 'record'); }
    else if (entry) { event.preventDefault(); chooseEntry(entry); }
  });
  source.addEventListener('click', (event) => {
    const node = event.target.closest('.m, rect');
    if (!node || String(getSelection())) return;
    event.preventDefault();
    choosePlace(node);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, select, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = event.target === document.body || aside.contains(event.target);
    const step = event.key === 'j' || (arrows && event.key === 'ArrowDown') ? 1 : event.key === 'k' || (arrows && event.key === 'ArrowUp') ? -1 : 0;
    if (!step || !records.length) return;
    event.preventDefault();
    const now = records.findIndex((record) => record.classList.contains('on'));
    const next = now < 0 ? (step > 0 ? 0 : records.length - 1) : now + step;
    if (!records[next]) return;
    chooseRecord(records[next], 'record');
    if (aside.contains(document.activeElement)) records[next].querySelector('.pick').focus({ preventScroll: true });
  });

  const asked = new URL(location.href).searchParams;
  const target = asked.get('target') && records.find((record) => record.dataset.id === asked.get('target'));
  const task = asked.get('task') && [...aside.querySelectorAll('.task')].find((section) => section.dataset.id === asked.get('task'));
  if (target) chooseRecord(target, 'load');
  else if (task) chooseTask(task, 'load');
  else if (asked.has('start')) {
    const place = source.querySelector('.f-asked');
    show(source, place, 'center');
    if (place) for (const number of numbers(place, 'r')) aside.querySelector(`.record[data-r="${number}"]`)?.classList.add('near');
    show(aside, aside.querySelector('.near'), 'nearest');
  }
})();
