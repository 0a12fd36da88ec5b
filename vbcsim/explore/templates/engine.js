"use strict";
/* Settlement of drafts over all draws. FUNCTIONS and DATA stand before this text. Amounts lie year after year, draws
   side by side; every clause writes into its amounts in place. */
const N = DATA.draws, YEARS = DATA.years, T = YEARS.length;

function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const told = new Float64Array(bytes.buffer);
  if (told.length === N * T && N > 1) return told;
  const all = new Float64Array(N * T);
  for (let t = 0; t < T; t++) all.fill(told[t], t * N, (t + 1) * N);
  return all;
}
const ARRAYS = DATA.arrays.map(decoded);
const NOTHING = new Float64Array(N * T);

/* A draft is a design that may be changed: {design, title, provisions: [{name, payer, payee, clauses: [{c, f, off}]}], lines: {name: f}} */
function draftOf(index) {
  const design = DATA.designs[index];
  return {
    design: index,
    title: design.title,
    provisions: design.provisions.map((p, i) => ({
      from: [index, i],
      clauses: p.clauses.map((c, j) => ({ from: [index, i, j], f: c.figures.map((x) => x.value), off: false })),
    })),
    lines: Object.fromEntries(design.lines.filter((l) => l.f !== undefined).map((l) => [l.name, l.figures.map((x) => x.value)])),
  };
}
const provisionOf = (p) => DATA.designs[p.from[0]].provisions[p.from[1]];
const clauseOf = (c) => DATA.designs[c.from[0]].provisions[c.from[1]].clauses[c.from[2]];

function linesOf(draft) {
  const book = {};
  for (const line of DATA.designs[draft.design].lines) {
    if (line.a !== undefined) {
      book[line.name] = ARRAYS[line.a];
    } else {
      const out = new Float64Array(N * T);
      FUNCTIONS[line.f](out, draft.lines[line.name], withNothing(book, line.lines), N);
      book[line.name] = out;
    }
  }
  return book;
}
function withNothing(book, wanted) {
  for (const name of wanted) if (!(name in book)) book[name] = NOTHING;
  return book;
}
function missing(draft) {
  const known = new Set(DATA.designs[draft.design].lines.map((l) => l.name));
  for (const p of draft.provisions) known.add(provisionOf(p).name);
  const lacks = new Set();
  for (const p of draft.provisions)
    for (const c of p.clauses) if (!c.off) for (const line of clauseOf(c).lines) if (!known.has(line)) lacks.add(line);
  return [...lacks];
}

/* {net: {party: Float64Array(N)}, transfers: {provision: Float64Array(N * T)}, lines}: net over all years, by draw. */
function settle(draft) {
  const book = linesOf(draft);
  const net = {};
  for (const party of DATA.designs[draft.design].parties) net[party] = new Float64Array(N);
  const transfers = {};
  for (const p of draft.provisions) {
    const about = provisionOf(p);
    const amount = new Float64Array(N * T);
    for (const c of p.clauses)
      if (!c.off) FUNCTIONS[clauseOf(c).f](amount, c.f, withNothing(book, clauseOf(c).lines), N);
    for (let k = 0; k < amount.length; k++) amount[k] += 0;
    transfers[about.name] = amount;
    book[about.name] = amount;
    const to = net[about.payee] || (net[about.payee] = new Float64Array(N));
    const by = net[about.payer] || (net[about.payer] = new Float64Array(N));
    for (let t = 0; t < T; t++)
      for (let d = 0; d < N; d++) {
        to[d] += amount[t * N + d];
        by[d] -= amount[t * N + d];
      }
  }
  return { net, transfers, lines: book };
}

/* Figures of an amount by draw, each with its Monte Carlo error as vbcsim.outcomes.distribution has it. */
function moments(x) {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += x[d];
  const mean = sum / x.length;
  let square = 0;
  for (let d = 0; d < x.length; d++) square += (x[d] - mean) * (x[d] - mean);
  const sd = Math.sqrt(square / (x.length - 1));
  return { mean, sd, error: sd / Math.sqrt(x.length) };
}
function chance(hits, n) {
  const p = hits / n;
  return { p, error: Math.max(Math.sqrt((p * (1 - p)) / n), 1.5 / n) };
}
function positions(n, p) {
  const exact = Math.round(p * n * 1e6) / 1e6;
  const low = Math.ceil(exact) - 1, high = Math.min(Math.floor(exact), n - 1);
  if (p === 0.5) return [low, high];
  return p < 0.5 ? [high, high] : [low, low];
}
function quantile(sorted, p) {
  const [low, high] = positions(sorted.length, p);
  return low === high ? sorted[low] : 0.5 * (sorted[low] + sorted[high]);
}
function tailLoss(sorted, level) {
  const n = sorted.length, tail = 1 - level, exact = Math.round(n * tail * 1e6) / 1e6, whole = Math.floor(exact);
  let worst = 0;
  for (let k = 0; k < whole; k++) worst += sorted[k];
  if (exact > whole) worst += (exact - whole) * sorted[whole];
  const edge = -quantile(sorted, tail);
  let first = 0, second = 0;
  for (let k = 0; k < n; k++) {
    const over = Math.max(-sorted[k] - edge, 0);
    first += over;
    second += over * over;
  }
  const variance = (second - (first * first) / n) / (n - 1);
  return { value: 0 - worst / (n * tail), error: Math.sqrt(Math.max(variance, 0) / n) / tail };
}
function figuresOf(x) {
  const sorted = Float64Array.from(x).sort();
  let pays = 0, receives = 0;
  for (let d = 0; d < x.length; d++) {
    if (x[d] < -0.005) pays++;
    else if (x[d] > 0.005) receives++;
  }
  return {
    ...moments(x),
    pays: chance(pays, x.length),
    receives: chance(receives, x.length),
    p5: quantile(sorted, 0.05),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    tail: tailLoss(sorted, 0.95),
    sorted,
  };
}
/* E[paid to the provider] over E[benchmark - expenditure]; null where the design has no benchmark. */
function effectiveShare(settled) {
  const { benchmark, expenditure } = settled.lines;
  if (!benchmark || !expenditure || benchmark === NOTHING || expenditure === NOTHING) return null;
  let saved = 0, paid = 0;
  for (let k = 0; k < benchmark.length; k++) saved += benchmark[k] - expenditure[k];
  const x = settled.net.provider;
  if (!x) return null;
  for (let d = 0; d < x.length; d++) paid += x[d];
  return { share: paid / saved, saved: saved / N, paid: paid / N };
}
