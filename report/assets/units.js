// Numbers as people read them. Times are microseconds since the run's start; in a history without
// times they stand for positions, one millisecond an event.

const summary = JSON.parse(byId('summary').textContent);

const formatCount = (n) => Math.round(n).toLocaleString('en-GB');

function formatSpan(micros) {
  const digits = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
  if (summary.by_position) return `${formatCount(micros / 1e3)} events`;
  if (micros < 1) return `${Math.round(micros * 1e3)} ns`;
  if (micros < 1e3) return `${digits(micros)} µs`;
  if (micros < 1e6) return `${digits(micros / 1e3)} ms`;
  if (micros < 120e6) return `${digits(micros / 1e6)} s`;
  const seconds = Math.round(micros / 1e6);
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

// An instant, with as many digits as tell apart what lies `step` microseconds apart.
function formatTime(micros, step = 1e3) {
  if (summary.by_position) return `#${formatCount(micros / 1e3)}`;
  const decimals = Math.min(6, Math.max(0, -Math.floor(Math.log10(step / 1e6) + 1e-9)));
  return `${(micros / 1e6).toFixed(decimals)} s`;
}

const formatRate = (perSecond) =>
    `${perSecond >= 100 ? formatCount(perSecond) : perSecond.toFixed(1)}/s`;

// "12s", "250ms", "1.5" (seconds), "1m30s" as microseconds; NaN if it is none of these.
function parseSpan(text) {
  const units = {ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6, '': 1e6, m: 60e6, h: 3600e6};
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h)?)+$/.test(text)) return NaN;
  let total = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ns|us|µs|ms|s|m|h)?/g))
    total += Number(number) * units[unit || ''];
  return total;
}

// Round steps for an axis over `span` with about `count` ticks: 1, 2 or 5 times a power of ten.
function tickStep(span, count) {
  const rough = Math.max(span, 1e-9) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= rough * 0.999);
}

const plural = (n, one, many = `${one}s`) => `${formatCount(n)} ${n === 1 ? one : many}`;
