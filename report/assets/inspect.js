// The panel beside the timeline: everything about one call or one fault.

const TYPE_MEANING = {
  ok: 'ok: it happened',
  fail: 'fail: it certainly did not happen',
  info: 'info: it may have happened, then or later',
};

function detailList(pairs) {
  return el(
      'dl', {class: 'details'},
      pairs.filter(([, value]) => value !== '' && value !== null)
          .map(
              ([name, value]) =>
                  el('div', {}, el('dt', {}, name),
                     el('dd', {}, typeof value === 'string' ? el('bdi', {}, value) : value))));
}

function narrowingWord(field, value) {
  const quote = /[\s"]/.test(value) ? '"' : '';
  return `${field}=${quote}${value.replaceAll('"', '')}${quote}`;
}

// A value that narrows the filter to itself when it is chosen.
function narrowing(field, value, narrow) {
  if (value === '') return '';
  const word = narrowingWord(field, value);
  return button(value, () => narrow(word), {class: 'link', title: `Show only ${word}`});
}

function inspectCall(calls, i, marked, actions) {
  const type = TYPES[calls.type[i]];
  const from = calls.start[i];
  const to = calls.end[i];
  const faults =
      summary.faults.filter((fault) => fault.took_hold && fault.start <= to && fault.end >= from);
  const role = marked.has(i) ? el('p', {class: 'role'},
                                  marked.get(i) ? '✕ This call cannot be placed.' :
                                                  '▼ This call is part of a counterexample.') :
                               null;
  return [
    el('h3', {}, el('bdi', {class: 'call'}, calls.words(i))),
    role,
    detailList([
      ['Ended', TYPE_MEANING[type]],
      ['Error', calls.errors[calls.error[i]]],
      ['Operation', narrowing('f', calls.fs[calls.f[i]], actions.narrow)],
      ['Key', narrowing('key', calls.keys[calls.key[i]], actions.narrow)],
      ['Arguments', calls.value(calls.arguments[i])],
      ['Result', calls.value(calls.result[i])],
      ['Process', narrowing('process', calls.processes[calls.process[i]], actions.narrow)],
      ['Node', narrowing('node', calls.nodes[calls.node[i]], actions.narrow)],
      ['Invoked', formatTime(from, 1)],
      ['Ended at', calls.silent[i] ? 'never' : formatTime(to, 1)],
      ['Took', calls.silent[i] ? '' : formatSpan(to - from)],
      [
        'Faults',
        faults.length ? el('span', {}, faults.map((fault) => el('div', {}, faultWords(fault)))) :
                        'none in force'
      ],
      ['Event', formatCount(calls.id[i])],
    ]),
    el('p', {class: 'buttons'}, button('← Previous', () => actions.step(-1), {class: 'quiet'}),
       button('Next →', () => actions.step(1), {class: 'quiet'}),
       button('Zoom to it', actions.zoomToSelected, {class: 'quiet'})),
  ].filter(Boolean);
}

function inspectFault(fault) {
  return [
    el('h3', {}, 'Fault: ', el('bdi', {}, fault.name)),
    detailList([
      ['Asked for', fault.asked],
      ['Hit', fault.done],
      ['Took hold', fault.took_hold ? 'yes' : `no: ${fault.error || 'no report'}`],
      ['From', formatTime(fault.start)],
      ['To', fault.healed ? formatTime(fault.end) : 'not healed in this history'],
      ['For', fault.took_hold ? formatSpan(fault.end - fault.start) : ''],
      ['Note', fault.took_hold ? fault.error : ''],
    ]),
  ];
}

const nothingSelected = () =>
    [el('h3', {}, 'Nothing selected'),
     el('p', {class: 'aside'}, 'Choose a call or a fault in the timeline, or press ',
        el('kbd', {}, 'j'), ' for the next call, ', el('kbd', {}, 'n'), ' for the next anomaly, ',
        el('kbd', {}, 'f'), ' for the next fault and ', el('kbd', {}, '?'), ' for all keys.'),
];
