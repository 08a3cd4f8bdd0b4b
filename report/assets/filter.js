// The filter's language: words all of which must hold. A word is `field operator value`, or plain
// text that one of the call's texts must contain.

const FILTER_FIELDS =
    ['key', 'f', 'type', 'node', 'process', 'value', 'result', 'error', 't', 'latency', 'id'];
const FILTER_WORD = /^([a-z]+)(!=|!~|<=|>=|=|~|<|>)(.*)$/s;

// Words of the text; double quotes hold one together.
const filterWords = (text) => text.match(/(?:[^\s"]|"[^"]*"?)+/g) || [];
const unquoted = (text) => text.replaceAll('"', '');

function textTest(operator, wanted) {
  const options = wanted.split(',');
  const test = {
    '=': (text) => options.includes(text),
    '~': (text) => text.includes(wanted),
  }[operator.replace('!', '')];
  if (!test) return null;
  return operator.startsWith('!') ? (text) => !test(text) : test;
}

function numberTest(operator, wanted) {
  return {
    '=': (x) => x === wanted,
    '!=': (x) => x !== wanted,
    '<': (x) => x < wanted,
    '>': (x) => x > wanted,
    '<=': (x) => x <= wanted,
    '>=': (x) => x >= wanted,
  }[operator];
}

// A test of the texts of a table, asked once a text instead of once a call.
function tableTest(texts, column, test) {
  const passes = Uint8Array.from(texts, (text) => (test(text) ? 1 : 0));
  return (i) => passes[column[i]] === 1;
}

function valueTest(calls, column, test) {
  const known = new Map();
  return (i) => {
    const code = column[i];
    let passes = known.get(code);
    if (passes === undefined) known.set(code, passes = test(calls.value(code)));
    return passes;
  };
}

function numericColumn(calls, field) {
  if (field === 't') return (i) => calls.start[i];
  if (field === 'latency')
    return (i) => (calls.silent[i] ? Infinity : calls.end[i] - calls.start[i]);
  return (i) => calls.id[i];
}

function fieldTest(calls, field, operator, wanted) {
  const tables = {
    key: [calls.keys, calls.key],
    f: [calls.fs, calls.f],
    type: [TYPES, calls.type],
    node: [calls.nodes, calls.node],
    process: [calls.processes, calls.process],
    error: [calls.errors, calls.error],
  };
  if (['t', 'latency', 'id'].includes(field)) {
    const number = field === 'id' || summary.by_position ?
        Number(wanted) * (field === 'id' ? 1 : 1e3) :
        parseSpan(wanted);
    const test = numberTest(operator, number);
    if (!test || Number.isNaN(number) || wanted === '') return null;
    const column = numericColumn(calls, field);
    return (i) => test(column(i));
  }
  const test = textTest(operator, wanted);
  if (!test) return null;
  if (field in tables) return tableTest(...tables[field], test);
  return valueTest(calls, field === 'value' ? calls.arguments : calls.result, test);
}

function anywhereTest(calls, wanted) {
  const tests = ['key', 'f', 'node', 'value', 'result', 'error'].map(
      (field) => fieldTest(calls, field, '~', wanted));
  return (i) => tests.some((test) => test(i));
}

// The selection that `text` means, or {problem} in words.
function applyFilter(calls, text) {
  const tests = [];
  for (const word of filterWords(text)) {
    const [, field, operator, wanted] = word.match(FILTER_WORD) || [];
    if (field === undefined) {
      tests.push(anywhereTest(calls, unquoted(word)));
      continue;
    }
    if (!FILTER_FIELDS.includes(field))
      return {problem: `There is no field “${field}”. Fields: ${FILTER_FIELDS.join(', ')}.`};
    const test = fieldTest(calls, field, operator, unquoted(wanted));
    if (!test)
      return {
        problem: `Cannot read “${word}”. ` +
            'Try key=7, f=write, type!=ok, value~3, t>12s or latency>=250ms.'
      };
    tests.push(test);
  }
  if (!tests.length) return {selection: calls.all};
  const index = new Uint32Array(calls.count);
  let size = 0;
  for (let i = 0; i < calls.count; ++i)
    if (tests.every((test) => test(i))) index[size++] = i;
  return {selection: new Selection(calls, index.slice(0, size))};
}
