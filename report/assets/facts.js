// What was run, what each check said, how many calls ended how, and the faults in order.

function factList() {
  const {run} = summary;
  const facts = [
    ['Seed', run.seed],
    ['System', run.system],
    ['Target', run.target],
    ['Workload', run.workload],
    ['Faults', run.faults],
    ['Duration', run.duration],
    ['Started', run.started],
    ['Versions', run.versions],
    ['History', `${plural(summary.events, 'event')}, ${plural(summary.calls, 'call')}`],
  ];
  return el(
      'dl', {class: 'facts'},
      facts.filter(([, value]) => value !== '')
          .map(([name,
                 value]) => el('div', {}, el('dt', {}, name), el('dd', {}, el('bdi', {}, value)))));
}

function checkRows(verdict, depth = 0) {
  const figures = verdict.figures.length ?
      el('dl', {class: 'figures'},
         verdict.figures.map(
             ([name, value]) =>
                 el('div', {}, el('dt', {}, name), el('dd', {}, el('bdi', {}, value))))) :
      null;
  const row = el(
      'li', {class: depth ? 'part' : ''},
      el('div', {class: 'checkline'}, validityBadge(verdict.validity),
         el('strong', {}, el('bdi', {}, verdict.check))),
      verdict.reason ? el('p', {}, el('bdi', {}, verdict.reason)) : null, figures,
      verdict.parts.length ?
          el('ul', {class: 'checks'}, verdict.parts.flatMap((part) => checkRows(part, depth + 1))) :
          null);
  return [row];
}

function checkList() {
  const {verdict} = summary;
  const top = verdict.parts.length ? verdict.parts : [verdict];
  return el('ul', {class: 'checks'}, top.flatMap((part) => checkRows(part)));
}

function typeMark(type) {
  const shapes = {
    ok: svg('rect', {class: 'bar ok', x: 1, y: 1, width: 10, height: 10, rx: 2}),
    fail: svg('rect', {class: 'bar fail', x: 1, y: 1, width: 10, height: 10, rx: 2}),
    info: svg('path', {class: 'bar info open', d: 'M1 1H6L11 6L6 11H1Z'}),
  };
  return el(
      'span', {class: 'sample'},
      svg('svg', {width: 12, height: 12, 'aria-hidden': 'true'}, shapes[type]), type);
}

function statisticsTable() {
  if (!summary.statistics.length) return el('p', {class: 'aside'}, 'No client made a call.');
  const quantiles = summary.by_position ? [] : ['p50', 'p95', 'p99', 'max'];
  const rows = summary.statistics.map(
      (row, i, all) =>
          [i && all[i - 1].f === row.f ? '' : el('bdi', {class: 'call'}, row.f),
           typeMark(row.type),
           formatCount(row.count),
           ...quantiles.map((name) => (row.latency ? formatSpan(row.latency[name]) : '–')),
  ]);
  const numbers = ['Calls', ...quantiles].map((name) => [name, 'number']);
  return table(
      [['Operation', ''], ['Ended', ''], ...numbers], rows,
      'Calls and latencies by operation and completion');
}

function faultTable(showFault) {
  if (!summary.faults.length) return el('p', {class: 'aside'}, 'No fault was injected.');
  const note = (fault) => {
    if (!fault.took_hold) return `Did not take hold: ${fault.error || 'no report'}`;
    if (!fault.healed) return fault.error || 'Not healed in this history';
    return fault.error;
  };
  const rows = summary.faults.map(
      (fault, i) =>
          [button(fault.name, () => showFault(i), {class: 'link'}), el('bdi', {}, fault.asked),
           el('bdi', {}, fault.done), formatTime(fault.start),
           fault.took_hold ? formatSpan(fault.end - fault.start) : '–',
           el('bdi', {}, note(fault))]);
  const content = table(
      [
        ['Fault', ''], ['Asked for', ''], ['Hit', ''], ['From', 'number'], ['For', 'number'],
        ['Note', '']
      ],
      rows, 'Faults in order');
  return rows.length > 8 ?
      el('details', {}, el('summary', {}, plural(rows.length, 'fault')), content) :
      content;
}

function renderFacts(showFault) {
  byId('run').append(
      ...[el('h2', {id: 'run-title'}, 'The run'),
          summary.run.command ?
              [el('h3', {}, 'Run it again'), command(summary.run.command, 'Copy the command')] :
              '',
          factList(),
          el('h3', {}, 'Checks'),
          checkList(),
          el('h3', {}, 'Calls'),
          statisticsTable(),
          el('h3', {}, 'Faults'),
          faultTable(showFault),
  ].flat());
}
