// The first screen: the verdict in words, and for an invalid run the call that could not be placed.

const VALIDITY = {
  valid: {word: 'Valid', sign: '✓', meaning: 'Everything that was checked holds.'},
  invalid: {word: 'Invalid', sign: '✕', meaning: 'The system broke what it promised.'},
  unknown: {word: 'Unknown', sign: '?', meaning: 'Neither proven nor refuted. This is not a pass.'},
};

function validityBadge(validity) {
  const {word, sign} = VALIDITY[validity];
  return el(
      'span', {class: `badge ${validity}`}, el('span', {'aria-hidden': 'true'}, sign), ` ${word}`);
}

function keyFacts() {
  const {run} = summary;
  const facts = [
    ['workload', run.workload],
    ['system', run.system],
    ['target', run.target],
    ['faults', run.faults],
    ['duration', run.duration],
    ['seed', run.seed],
    ['calls', formatCount(summary.calls)],
  ];
  return el(
      'ul', {class: 'keyfacts'},
      facts.filter(([, value]) => value !== '')
          .map(([name,
                 value]) => el('li', {}, el('span', {class: 'name'}, name), el('bdi', {}, value))));
}

function renderVerdict() {
  const {validity, reason} = summary.verdict;
  const {word, sign, meaning} = VALIDITY[validity];
  const title = summary.run.title || 'Run';
  document.title = `${word}: ${title}`;
  byId('verdict').append(
      el('p', {class: 'eyebrow'}, el('bdi', {}, title)),
      el('div', {class: `verdict ${validity}`},
         el('span', {class: 'sign', 'aria-hidden': 'true'}, sign),
         el('div', {}, el('h1', {}, word),
            el('p', {class: 'reason'}, el('bdi', {}, reason || meaning)),
            reason ? el('p', {class: 'meaning'}, meaning) : null)),
      keyFacts());
}

// What stands in verdict.json, for a terminal or a bug report.
function counterexampleText(one, faults) {
  const lines = [one.explanation, ''];
  const mark = (call) => (one.unplaceable.includes(call.id) ? '  <- cannot be placed' : '');
  for (const call of drawnCalls(one)) lines.push(`call ${call.id}: ${call.line}${mark(call)}`);
  if (faults.length) lines.push('', 'Faults in force:');
  for (const fault of faults) lines.push(`  ${faultWords(fault)}, ${faultTimes(fault)}`);
  lines.push(
      '',
      `State after the longest linearizable prefix (${plural(one.prefix_length, 'call')}): ${
          one.state}`);
  return lines.join('\n');
}

function prefixTail(one) {
  if (!one.prefix_tail.length) return null;
  const first = one.prefix_length - one.prefix_tail.length + 1;
  return el(
      'details', {},
      el('summary', {},
         first > 1 ? `The last ${one.prefix_tail.length} calls of that order` : 'That order'),
      el('ol', {class: 'calls', start: first},
         one.prefix_tail.map((call) => el('li', {}, el('bdi', {}, callWords(call))))));
}

function unplaceableList(one) {
  const calls = drawnCalls(one).filter((call) => one.unplaceable.includes(call.id));
  if (!calls.length) return null;
  return el(
      'div', {class: 'unplaced'},
      el('h3', {},
         calls.length === 1 ? 'The call that could not be placed' :
                              'The calls of which none could come next'),
      el('ul', {class: 'calls'},
         calls.map(
             (call) => el(
                 'li', {}, el('bdi', {class: 'call'}, callWords(call)),
                 el('span', {class: 'aside'},
                    `call ${call.id}, process ${call.process}, at ${formatTime(call.start)}`)))));
}

// Why, unless the verdict's reason has said it already.
function explanation(one) {
  if (one.explanation && summary.verdict.reason.includes(one.explanation)) return null;
  const words = one.explanation || 'No explanation was recorded.';
  return el('p', {class: 'explanation'}, el('bdi', {}, words));
}

function counterexampleBody(one, showInTimeline) {
  const faults = faultsDuring(one);
  const text = counterexampleText(one, faults);
  const omitted = one.core_size - one.core.length;
  return [
    explanation(one),
    unplaceableList(one),
    el('figure', {}, diagram(one, faults),
       el('figcaption', {},
          one.may_be_smaller ?
              'A part of the history that is not linearizable (some of its calls may not be needed): ' :
              'The smallest part of the history that is still not linearizable: ',
          plural(one.core_size, 'call'),
          one.key === '' ? '' : [' on key ', el('bdi', {class: 'call'}, one.key)], '. ',
          omitted > 0 ? `${plural(omitted, 'more call')} not drawn. ` : '')),
    el('p', {class: 'state'},
       `State after the longest order that works (${plural(one.prefix_length, 'call')}): `,
       el('bdi', {class: 'call'}, one.state || 'not recorded')),
    prefixTail(one),
    el('details', {}, el('summary', {}, 'As text'), el('pre', {}, text),
       button('Copy', (event) => copyText(text, event.currentTarget), {class: 'quiet'})),
    button('Show it in the timeline', () => showInTimeline(one), {class: 'primary'}),
  ];
}

function counterexampleTitle(one) {
  return [one.check, one.key === '' ? null : [', key ', el('bdi', {class: 'call'}, one.key)]];
}

function renderEvidence(showInTimeline) {
  const [first, ...others] = summary.counterexamples;
  if (!first) return;
  const section = byId('evidence');
  section.hidden = false;
  section.append(
      el('h2', {}, 'What went wrong'),
      el('p', {class: 'aside'}, counterexampleTitle(first).flat(2)),
      ...counterexampleBody(first, showInTimeline).filter(Boolean), ...others.map((one, i) => {
        const more =
            el('details', {class: 'another'},
               el('summary', {}, `Counterexample ${i + 2}: `, counterexampleTitle(one).flat(2)));
        // Drawn when it is opened: its width is not known before.
        more.addEventListener('toggle', () => {
          if (more.open && more.childElementCount === 1)
            more.append(...counterexampleBody(one, showInTimeline).filter(Boolean));
        });
        return more;
      }));
}
