(() => {
  'use strict';
  // filters apply as soon as they are chosen
  const filters = document.getElementById('filters');
  if (filters) for (const one of filters.querySelectorAll('select, input[type=checkbox]')) one.addEventListener('change', () => filters.requestSubmit());

  // a job while it runs
  const job = document.getElementById('job');
  if (job && job.dataset.ended === 'no') {
    const put = (id, text) => { const place = document.getElementById(id); if (place.textContent !== text) place.textContent = text; };
    const look = async () => {
      try {
        const now = await window.zhibiao.send('GET', job.dataset.address);
        if (now.ended) { location.reload(); return; }
        put('job-word', now.word); put('job-line', now.line); put('job-count', now.count); put('job-seconds', String(now.seconds)); put('job-last', now.shown);
        const bar = document.getElementById('job-bar');
        bar.max = now.total || 1; bar.value = now.done;
      } catch { /* the server is away for a moment: look again */ }
      setTimeout(look, 1000);
    };
    setTimeout(look, 600);
  }

  // uploading
  const form = document.getElementById('upload');
  if (!form) return;
  const input = form.querySelector('input[type=file]'), list = document.getElementById('list'), says = document.getElementById('says');
  const told = document.getElementById('refused'), sending = document.getElementById('sending'), bar = sending.querySelector('progress');
  let chosen = [];
  form.classList.add('scripted');
  form.querySelector('.with-script').hidden = false;
  const size = (bytes) => bytes < 1e6 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const make = (name, text) => { const made = document.createElement(name); made.textContent = text; return made; };
  const show = () => {
    list.replaceChildren(...chosen.map((file) => {
      const line = document.createElement('li');
      const drop = make('button', '×');
      drop.type = 'button';
      drop.className = 'plain small';
      drop.setAttribute('aria-label', `${form.dataset.remove} ${file.name}`);
      drop.addEventListener('click', () => { chosen = chosen.filter((other) => other !== file); show(); (list.querySelector('button') || input).focus(); });
      line.append(make('span', file.name), make('span', file.size > form.dataset.mb * 1e6 ? form.dataset.large : size(file.size)), drop);
      return line;
    }));
    list.hidden = !chosen.length;
    says.textContent = chosen.length > form.dataset.most ? form.dataset.many : chosen.length ? form.dataset.chosen.replace('{n}', chosen.length) : '';
  };
  const take = (files) => { chosen = chosen.concat([...files]); show(); };
  input.addEventListener('change', () => { take(input.files); input.value = ''; });
  for (const name of ['dragenter', 'dragover']) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add('over'); });
  for (const name of ['dragleave', 'drop']) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.remove('over'); });
  form.addEventListener('drop', (event) => take(event.dataTransfer.files));
  const refuse = (title, refused) => {
    const box = document.createElement('div'), lines = document.createElement('ul');
    box.className = 'notice bad';
    box.append(make('p', title));
    lines.append(...(refused || []).map((one) => make('li', `${one.name}${form.dataset.colon}${one.reason}`)));
    box.append(lines);
    told.replaceChildren(box);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    told.replaceChildren();
    if (!chosen.length) { says.textContent = form.dataset.nothing; return; }
    const body = new FormData(), sent = new XMLHttpRequest(), button = form.querySelector('button');
    body.append('csrf', window.zhibiao.csrf);
    for (const file of chosen) body.append('files', file);
    const over = (text) => { sending.hidden = true; button.disabled = false; says.textContent = text; };
    sent.open('POST', form.action);
    sent.responseType = 'json';
    sent.setRequestHeader('X-CSRF-Token', window.zhibiao.csrf);
    sent.setRequestHeader('Accept', 'application/json');
    sent.upload.addEventListener('progress', (at) => { if (at.lengthComputable) { bar.value = at.loaded / at.total; says.textContent = `${form.dataset.sending} ${Math.round(100 * at.loaded / at.total)}%`; } });
    sent.addEventListener('load', () => {
      const answer = sent.response || {};
      if (sent.status === 201) { says.textContent = form.dataset.sent; location.href = answer.address; return; }
      over('');
      refuse(answer.error || form.dataset.broken, answer.refused);
    });
    sent.addEventListener('error', () => over(form.dataset.broken));
    sending.hidden = false; button.disabled = true; bar.value = 0;
    sent.send(body);
  });
})();
