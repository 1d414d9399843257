(() => {
  'use strict';
  const root = document.getElementById('plots');
  if (!root || !window.echarts) return;
  const colour = window.zhibiao.colour, drawn = new Map();
  const quiet = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let read = null;

  function base() {
    return {
      animation: !quiet && false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour('ink') },
      tooltip: { renderMode: 'richText', backgroundColor: colour('paper'), borderColor: colour('edge'), textStyle: { color: colour('ink'), fontSize: 13 }, confine: true },
    };
  }
  const axis = (more) => ({ axisLine: { lineStyle: { color: colour('rule') } }, axisTick: { show: false }, axisLabel: { color: colour('soft'), fontSize: 12 }, splitLine: { lineStyle: { color: colour('line') } }, ...more });
  const joined = (...parts) => parts.filter(Boolean).join('\n');
  const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  // one row for each value, so that no label hides another
  function values(panel) {
    const rows = panel.dots.map((dot, i) => ({ ...dot, i, label: i && panel.dots[i - 1].column === dot.column ? '' : dot.column }));
    const points = rows.map((dot) => ({
      value: [dot.value, dot.i], target: dot.target,
      itemStyle: dot.hollow ? { color: colour('paper'), borderColor: colour(`region-${dot.colour}`), borderWidth: 2 } : { color: colour(`region-${dot.colour}`) },
      label: { formatter: shorten([dot.shown, dot.when].filter(Boolean).join('  '), 24) },
      about: joined(`${dot.column}  ${dot.shown}`, dot.when, dot.scope, dot.verdict, dot.document),
    }));
    const every = rows.flatMap((dot) => [dot.value, dot.max]).concat(panel.limits.map((limit) => limit.value)).filter((value) => value !== null);
    const low = Math.min(...every), high = Math.max(...every), air = (high - low) * 0.15 || Math.abs(high) * 0.1 || 1;
    const from = low >= 0 ? Math.max(0, low - air) : low - air, to = panel.unit === '%' && high <= 100 ? Math.min(100, high + air) : high + air;
    const ranges = rows.filter((dot) => dot.max !== null).map((dot) => ({
      type: 'line', silent: true, showSymbol: false, data: [[dot.value, dot.i], [dot.max, dot.i]], lineStyle: { color: colour(`region-${dot.colour}`), width: 4, opacity: 0.45 },
    }));
    return {
      height: 64 + rows.length * 24 + panel.limits.length * 16,
      option: {
        ...base(),
        grid: { left: 8, right: 96, top: 8 + panel.limits.length * 16, bottom: 4, containLabel: true },
        xAxis: axis({ type: 'value', min: from, max: to, axisLabel: { color: colour('soft'), fontSize: 12, formatter: (value) => String(Math.round(value * 1e6) / 1e6), showMinLabel: false, showMaxLabel: false } }),
        yAxis: axis({ type: 'category', inverse: true, data: rows.map((dot) => dot.i), axisLabel: { color: colour('ink'), fontSize: 13, interval: 0, formatter: (i) => shorten(rows[i].label, 12) } }),
        series: [...ranges, {
          type: 'scatter', symbolSize: 12, itemStyle: { opacity: 1 }, z: 4, data: points, labelLayout: { hideOverlap: false },
          label: { show: true, position: 'right', color: colour('ink'), fontSize: 12.5 },
          tooltip: { formatter: (point) => point.data.about },
          markLine: { silent: true, symbol: 'none', label: { show: false }, data: panel.limits.map((limit) => ({ xAxis: limit.value, lineStyle: { color: colour('standard'), type: 'dashed', width: 1.5 } })) },
        }, {
          // the names of the lines stand above the first row, one above the other
          type: 'scatter', silent: true, symbolSize: 0.01, data: panel.limits.map((limit, i) => ({ value: [limit.value, 0], name: limit.label, label: { position: limit.value - from > (to - from) * 0.5 ? 'left' : 'right', offset: [0, -20 - i * 16] } })),
          label: { show: true, distance: 4, color: colour('standard'), fontSize: 11.5, formatter: (point) => point.name },
        }],
      },
    };
  }

  // a square for each target, in the order of days within its year
  function timeline(panel, width) {
    const all = read.panels.flatMap((one) => one.years.map((year) => year.year)), first = Math.min(...all), years = Math.max(...all) - first + 1;
    const step = Math.max(46, (width - 20) / years), square = 10, across = Math.max(2, Math.floor((step - 14) / (square + 2)));
    const deep = Math.max(...panel.years.map((year) => Math.ceil(year.squares.length / across)), 1);
    const colours = { past_due: colour('due-0'), next: colour('due-1'), later: colour('due-2') }, shapes = { past_due: 'rect', next: 'diamond', later: 'roundRect' };
    const points = panel.years.flatMap((year) => year.squares.map((one, k) => ({
      value: [(year.year - first) * step + 8 + (k % across) * (square + 2), Math.floor(k / across)], target: one.target, symbol: shapes[one.due], itemStyle: { color: colours[one.due] },
      about: joined(`${one.date}  ${one.word}`, `${one.name} ${one.shown}`, one.document),
    })));
    const year = Number(read.as_of.slice(0, 4)), ticks = [...Array(years).keys()];
    return {
      height: 48 + deep * (square + 2),
      option: {
        ...base(),
        grid: { left: 4, right: 4, top: 10, bottom: 28 },
        xAxis: { type: 'value', min: 0, max: years * step, show: false },
        yAxis: { type: 'value', min: -0.6, max: deep - 0.4, show: false },
        series: [
          { type: 'scatter', symbolSize: square, data: points, tooltip: { formatter: (point) => point.data.about }, markArea: year >= first && year < first + years ? { silent: true, itemStyle: { color: colour('now') }, data: [[{ xAxis: (year - first) * step }, { xAxis: (year - first + 1) * step - 4 }]] } : undefined, z: 3 },
          { type: 'scatter', silent: true, symbolSize: 0.01, data: ticks.map((i) => ({ value: [i * step + 6, -0.6], name: String(first + i) })), label: { show: true, position: 'right', distance: 0, offset: [0, 15], color: colour('soft'), fontSize: 12, formatter: (point) => { const found = panel.years.find((one) => String(one.year) === point.name); return found ? `${point.name}  {n|${found.count}}` : point.name; }, rich: { n: { color: colour('ink'), fontWeight: 'bold' } } } },
        ],
      },
    };
  }

  function editions(panel) {
    const names = [...new Set(panel.steps.flatMap((step) => [step.before, step.after]).sort((a, b) => (a.date < b.date ? -1 : 1)).map((side) => side.document))];
    const label = Object.fromEntries(panel.steps.flatMap((step) => [step.before, step.after]).map((side) => [side.document, side.date.slice(0, 7) || shorten(side.document, 10)]));
    const tones = { tightened: 'good', advanced: 'good', relaxed: 'bad', dropped: 'bad', postponed: 'doubt', changed: 'doubt' };
    const every = panel.steps.flatMap((step) => [step.before.value, step.after.value]), low = Math.min(...every), high = Math.max(...every), air = (high - low) * 0.35 || Math.abs(high) * 0.1 || 1;
    return {
      height: 190,
      option: {
        ...base(),
        grid: { left: 8, right: 24, top: 24, bottom: 4, containLabel: true },
        xAxis: axis({ type: 'category', data: names, axisLabel: { color: colour('ink'), fontSize: 12, interval: 0, formatter: (name) => label[name] } }),
        yAxis: axis({ type: 'value', min: low >= 0 ? Math.max(0, low - air) : low - air, max: panel.unit === '%' && high <= 100 ? Math.min(100, high + air) : high + air, axisLabel: { color: colour('soft'), fontSize: 11, showMinLabel: false, showMaxLabel: false, formatter: (value) => String(Math.round(value * 1e4) / 1e4) } }),
        series: panel.steps.map((step) => {
          const tone = colour(`${step.words.map((one) => tones[one[0]]).find(Boolean) || 'quiet'}-edge`);
          return {
            type: 'line', symbol: 'circle', symbolSize: 11, lineStyle: { color: tone, width: 2.5 }, itemStyle: { color: tone },
            data: [step.before, step.after].map((side) => ({ value: [side.document, side.value], target: side.target, about: joined(side.document, `${side.shown}  ${side.deadline}`, step.words.map((one) => one[1]).join('、')), label: { formatter: side.shown } })),
            label: { show: true, position: 'top', color: colour('ink'), fontSize: 12.5 },
            tooltip: { formatter: (point) => point.data.about },
          };
        }),
      },
    };
  }

  // the chart under its title
  function picture(chart, title) {
    const drawing = chart.getRenderedCanvas({ pixelRatio: 2, backgroundColor: colour('paper') }), all = document.createElement('canvas'), head = 72;
    all.width = drawing.width;
    all.height = drawing.height + head;
    const pen = all.getContext('2d');
    pen.fillStyle = colour('paper');
    pen.fillRect(0, 0, all.width, all.height);
    pen.fillStyle = colour('ink');
    pen.font = `bold 30px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(title, 24, 48, all.width - 48);
    pen.drawImage(drawing, 0, head);
    const link = document.createElement('a');
    link.href = all.toDataURL('image/png');
    link.download = `${title.replace(/[\\/:*?"<>|]/g, ' ')}.png`;
    link.click();
  }

  const KINDS = { values, timeline, editions };
  function draw(box) {
    const panel = read.panels[Number(box.dataset.panel)];
    if (!panel) return;
    const made = KINDS[read.chart](panel, box.clientWidth);
    box.style.height = `${made.height}px`;
    let chart = drawn.get(box);
    if (!chart) {
      chart = window.echarts.init(box, null, { renderer: 'canvas' });
      drawn.set(box, chart);
      chart.on('click', (point) => { if (point.data && point.data.target) window.zhibiao.openEvidence(point.data.target); });
      const save = box.closest('figure').querySelector('.save');
      save.hidden = false;
      save.addEventListener('click', () => {
        picture(chart, [panel.name, panel.region, panel.scope, panel.unit].filter(Boolean).join('  '));
      });
    }
    chart.resize();
    chart.setOption(made.option, true);
  }
  const redraw = () => drawn.forEach((_, box) => draw(box));

  async function start() {
    try {
      const answer = await fetch(root.dataset.address, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      read = await answer.json();
    } catch {
      const p = document.createElement('p');
      p.className = 'notice bad';
      p.textContent = root.dataset.failed;
      root.before(p);
      return;
    }
    // only what is looked at is drawn
    const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
      if (entry.isIntersecting && !drawn.has(entry.target)) draw(entry.target);
    }), { rootMargin: '300px' });
    root.querySelectorAll('.canvas').forEach((box) => seen.observe(box));
  }
  document.addEventListener('themechange', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  let timer = 0, wide = root.clientWidth;
  new ResizeObserver(() => { if (root.clientWidth === wide) return; wide = root.clientWidth; clearTimeout(timer); timer = setTimeout(redraw, 150); }).observe(root);
  start();
})();
