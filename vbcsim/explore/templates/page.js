/* The page: drafts, their clauses as sliders, both parties' outcomes. Text from a scenario is only ever set as text. */
const MOST_SIDE_BY_SIDE = 4;
const PARTIES = [...new Set(DATA.designs.flatMap((d) => d.parties))];
const state = { drafts: [], at: 0, party: PARTIES.includes("provider") ? "provider" : PARTIES[0] };
const cache = new Map();
const $ = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}

/* ------------------------------------------------------------------------------------------------ words */
const MINUS = "\u2212";
function group(text) {
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
function fixed(value, decimals) {
  const [whole, rest] = Math.abs(value).toFixed(decimals).split(".");
  const text = group(whole) + (rest ? "." + rest : "");
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}
function scaleFor(values) {
  const size = Math.max(0, ...values.map((v) => Math.abs(v)));
  for (const [usd, name] of [[1e9, "billion"], [1e6, "million"], [1e3, "thousand"]]) if (size >= 0.9995 * usd) return { usd, name };
  return { usd: 1, name: "" };
}
const unitName = (scale) => ("$ " + scale.name).trim();
function withError(value, error) {
  if (!Number.isFinite(value)) return "\u2013";
  if (!(error >= 0.0005)) return fixed(value, 3).replace(/\.?0+$/, "");
  const power = Math.floor(Math.log10(error));
  const lead = error / 10 ** power;
  const decimals = Math.min(3, Math.max(0, (lead < 2.95 ? 1 : 0) - power));
  return fixed(value, decimals) + " \u00b1 " + fixed(error, decimals);
}
const money = (value, error, scale) => withError(value / scale.usd, error / scale.usd);
const percent = (c) => {
  const text = withError(100 * c.p, 100 * c.error).split(" \u00b1 ");
  return text[0] + "%" + (text[1] ? " \u00b1 " + text[1] : "");
};
function number(value, unit) {
  const plain = (v, digits) => String(Number(v.toPrecision(digits)));
  if (unit === "fraction" || unit === "rate") return plain(Math.round(1e5 * value) / 1e3, 6) + "%";
  if (unit === "usd" || unit === "amount") return (value < 0 ? "-" : "") + "$" + group(Math.abs(value).toFixed(0));
  if (unit === "usd_pmpm") return (value < 0 ? "-" : "") + "$" + Math.abs(value).toFixed(2) + " per member per month";
  return Math.abs(value) < 1e4 ? plain(value, 6) : group(value.toFixed(0));
}
const sentence = (about, f) => about.sentence.replace(/\{(\d+):(\w+)\}/g, (_, k, unit) => number(f[k], unit));

/* ---------------------------------------------------------------------------------------------- results */
function keyOf(draft) {
  return JSON.stringify([draft.design, draft.provisions, draft.lines]);
}
function outcome(draft) {
  const key = keyOf(draft);
  if (!cache.has(key)) {
    if (cache.size > 24) cache.delete(cache.keys().next().value);
    const settled = settle(draft);
    const parties = {};
    for (const party of Object.keys(settled.net)) parties[party] = figuresOf(settled.net[party]);
    cache.set(key, { settled, parties, effective: effectiveShare(settled) });
  }
  return cache.get(key);
}
function differenceOf(draft, base, party) {
  const one = outcome(draft).settled.net[party], other = outcome(base).settled.net[party];
  if (!one || !other) return null;
  const less = new Float64Array(N);
  let better = 0;
  for (let d = 0; d < N; d++) {
    less[d] = one[d] - other[d];
    if (less[d] > 0.005) better++;
  }
  return { ...moments(less), better: chance(better, N) };
}

/* ----------------------------------------------------------------------------------------------- drawing */
function redraw() {
  const begun = performance.now();
  drawTable();
  drawPictures();
  $("status").textContent = statusText();
  remember();
  window.vbcsimLastRedraw = performance.now() - begun;
}
function statusText() {
  const lacks = missing(state.drafts[state.at]);
  if (state.notice) return state.notice;
  return lacks.length ? "This draft reads " + lacks.join(", ") + ", which its design does not have; counted as nought." : "";
}
function drawTable() {
  const shown = state.drafts, all = shown.map((d) => outcome(d));
  const other = PARTIES.filter((p) => p !== state.party);
  const of = (o) => o.parties[state.party];
  const scale = scaleFor(all.flatMap((o) => (of(o) ? [of(o).mean, of(o).p5, of(o).p95, of(o).tail.value] : [])));
  const rows = [
    ["Average", (o) => money(of(o).mean, of(o).error, scale)],
    ["Chance of receiving money", (o) => percent(of(o).receives)],
    ["Chance of paying money", (o) => percent(of(o).pays)],
    ["1 in 20 is worse than", (o) => fixed(of(o).p5 / scale.usd, 2)],
    ["Middle outcome", (o) => fixed(of(o).p50 / scale.usd, 2)],
    ["1 in 20 is better than", (o) => fixed(of(o).p95 / scale.usd, 2)],
    ["Average loss of the worst 5%", (o) => money(of(o).tail.value, of(o).tail.error, scale)],
    ["Spread (standard deviation)", (o) => fixed(of(o).sd / scale.usd, 2)],
  ];
  const body = rows.map(([name, say]) => [name, ...all.map((o) => (of(o) ? say(o) : "\u2013"))]);
  if (all.some((o) => o.effective))
    body.push(["Paid to the provider, of all that is saved", ...all.map((o) => (o.effective && Math.abs(o.effective.saved) > 1 ? fixed(100 * o.effective.share, 1) + "%" : "\u2013"))]);
  for (const party of other)
    body.push([party[0].toUpperCase() + party.slice(1) + ", average", ...all.map((o) => (o.parties[party] ? money(o.parties[party].mean, o.parties[party].error, scale) : "\u2013"))]);
  if (shown.length > 1) {
    const less = shown.map((d, k) => (k ? differenceOf(d, shown[0], state.party) : null));
    body.push(["Less draft 1, same draws", ...less.map((x) => (x ? money(x.mean, x.error, scale) : ""))]);
    body.push(["Better than draft 1 in", ...less.map((x) => (x ? percent(x.better) : ""))]);
  }
  const head = make("tr", {}, make("td"), shown.map((d, k) => make("th", { scope: "col" }, k + 1 + ". " + d.title)));
  $("figures").replaceChildren(
    make("caption", {}, "The " + state.party + ", " + span() + ", in " + unitName(scale) + "; \u00b1 is the Monte Carlo error"),
    make("thead", {}, head),
    make("tbody", {}, body.map(([name, ...cells]) => make("tr", {}, make("th", { scope: "row" }, name), cells.map((c) => make("td", {}, c)))))
  );
}
const span = () => (T > 1 ? YEARS[0] + "\u2013" + YEARS[T - 1] : String(YEARS[0]));

function drawPictures() {
  const all = state.drafts.map((d) => outcome(d).parties[state.party]).filter(Boolean);
  let low = 0, high = 0;
  for (const f of all) {
    low = Math.min(low, f.sorted[Math.floor(0.0025 * N)]);
    high = Math.max(high, f.sorted[Math.min(N - 1, Math.ceil(0.9975 * N))]);
  }
  if (high - low < 1) high = low + 1;
  const bars = 60, width = (high - low) / bars;
  const heights = state.drafts.map((d) => {
    const f = outcome(d).parties[state.party], found = new Float64Array(bars + 1);
    let nothing = 0;
    if (f) for (let k = 0; k < N; k++) {
      const x = f.sorted[k];
      if (x > -0.005 && x < 0.005) nothing++;
      else if (x >= low && x <= high) found[Math.floor((x - low) / width)]++;
    }
    return { found, nothing };
  });
  const tallest = Math.max(1, ...heights.map((h) => Math.max(...h.found)));
  const scale = scaleFor([low, high]);
  const canvases = state.drafts.map((draft, k) => canvasOf(k, draft));
  state.drafts.forEach((draft, k) => drawBars(canvases[k], heights[k], tallest, low, high, scale, outcome(draft).parties[state.party]));
}
function canvasOf(k, draft) {
  const box = $("pictures");
  while (box.children.length > state.drafts.length) box.lastChild.remove();
  while (box.children.length <= k) box.append(make("figure", {}, make("figcaption"), make("canvas", { role: "img" })));
  const [caption, canvas] = box.children[k].children;
  const f = outcome(draft).parties[state.party];
  caption.textContent = k + 1 + ". " + draft.title;
  const said = f ? "pays " + Math.round(100 * f.pays.p) + ", receives " + Math.round(100 * f.receives.p) + " of 100 outcomes" : "no part in it";
  canvas.setAttribute("aria-label", draft.title + ": the " + state.party + " " + said);
  return canvas;
}
function drawBars(canvas, heights, tallest, low, high, scale, f) {
  const ratio = window.devicePixelRatio || 1, wide = canvas.clientWidth || 320, tall = canvas.clientHeight || 130;
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, wide, tall);
  const floor = tall - 18, bars = heights.found.length - 1, at = (x) => ((x - low) / (high - low)) * wide;
  for (let b = 0; b < bars; b++) {
    const h = ((floor - 6) * heights.found[b]) / tallest, x = low + ((b + 0.5) * (high - low)) / bars;
    c.fillStyle = x < 0 ? "#D55E00" : "#0072B2";
    c.fillRect((b * wide) / bars, floor - h, wide / bars - 0.5, h);
  }
  if (heights.nothing) {
    c.fillStyle = "#8C8C8C";
    const h = Math.min(floor - 2, ((floor - 6) * heights.nothing) / tallest);
    c.fillRect(at(0) - 1.5, floor - h, 3, h);
  }
  c.strokeStyle = "#777";
  c.beginPath();
  c.moveTo(0, floor + 0.5);
  c.lineTo(wide, floor + 0.5);
  c.stroke();
  c.fillStyle = "#333";
  c.font = "11px sans-serif";
  const ends = [[low, "left", 0], [high, "right", wide]];
  for (const [x, align, place] of ends) {
    c.textAlign = align;
    c.fillText(fixed(x / scale.usd, 1) + (scale.name ? " " + scale.name[0] : ""), place, tall - 4);
  }
  if (low < -0.02 * (high - low) && high > 0) {
    c.textAlign = "center";
    c.fillText("0", at(0), tall - 4);
  }
  if (f) {
    const m = at(Math.min(Math.max(f.mean, low), high));
    c.fillStyle = "#222";
    c.beginPath();
    c.moveTo(m, floor - 2);
    c.lineTo(m - 5, floor + 6);
    c.lineTo(m + 5, floor + 6);
    c.fill();
  }
}

/* ------------------------------------------------------------------------------------------------ editor */
function drawAll() {
  drawDrafts();
  drawEditor();
  redraw();
}
function drawDrafts() {
  $("drafts").replaceChildren(
    ...state.drafts.map((draft, k) =>
      make("button", { type: "button", role: "tab", "aria-selected": String(k === state.at), onclick: () => ((state.at = k), drawAll()) }, k + 1 + ". " + draft.title)
    )
  );
  $("new").replaceChildren(
    make("option", { value: "" }, "Pin a draft from\u2026"),
    ...DATA.designs.map((d, k) => make("option", { value: k }, d.title)),
    make("option", { value: "copy" }, "a copy of this draft")
  );
  $("new").disabled = state.drafts.length >= MOST_SIDE_BY_SIDE;
  $("remove").disabled = state.drafts.length < 2;
}
function drawEditor() {
  const draft = state.drafts[state.at], design = DATA.designs[draft.design];
  const title = make("input", { id: "title", type: "text", maxlength: 80, "aria-label": "Name of the draft", oninput: (e) => ((draft.title = e.target.value || "Draft"), drawDrafts(), redraw()) });
  title.value = draft.title;
  const lines = design.lines.filter((l) => l.f !== undefined && l.figures.some((x) => !x.fixed));
  $("editor").replaceChildren(
    title,
    ...draft.provisions.map((p, i) => provisionBox(draft, p, i)),
    lines.length
      ? make("details", { class: "lines" }, make("summary", {}, "Figures behind the lines (" + lines.length + ")"), lines.map((line) => lineBox(draft, line)))
      : ""
  );
}
function provisionBox(draft, p, i) {
  const about = provisionOf(p);
  const list = make("ol", {}, p.clauses.map((c, j) => clauseBox(draft, p, i, c, j)));
  const add = make("select", { "aria-label": "Add a clause to " + about.title, onchange: (e) => addClause(p, e.target.value) },
    make("option", { value: "" }, "Add a clause\u2026"), palette().map(([value, words]) => make("option", { value }, words)));
  return make("section", { class: "provision" }, make("h3", {}, about.title, make("small", {}, " " + about.payer + " pays " + about.payee + "; a negative amount flows back")), list, add);
}
function clauseBox(draft, p, i, c, j) {
  const about = clauseOf(c);
  const words = make("p", {}, sentence(about, c.f));
  const change = () => ((words.textContent = sentence(about, c.f)), redraw());
  const move = (by) => {
    const to = j + by;
    if (to < 0 || to >= p.clauses.length) return;
    p.clauses.splice(to, 0, p.clauses.splice(j, 1)[0]);
    drawEditor();
    redraw();
    const item = $("editor").querySelectorAll("section.provision")[i].querySelectorAll("li")[to];
    item.querySelector(by < 0 ? ".up" : ".down").focus();
  };
  const box = make("li", { class: c.off ? "clause off" : "clause", draggable: "true" },
    make("div", { class: "bar" },
      make("label", {}, make("input", { type: "checkbox", ...(c.off ? {} : { checked: true }), onchange: (e) => ((c.off = !e.target.checked), box.classList.toggle("off", c.off), redraw()) }), " " + about.word.replaceAll("_", " "), about.when ? make("small", {}, " " + about.when) : null),
      make("span", {},
        make("button", { type: "button", class: "up", title: "Earlier", "aria-label": "Move " + about.word + " earlier", onclick: () => move(-1) }, "\u2191"),
        make("button", { type: "button", class: "down", title: "Later", "aria-label": "Move " + about.word + " later", onclick: () => move(1) }, "\u2193"),
        make("button", { type: "button", "aria-label": "Copy " + about.word, onclick: () => (p.clauses.splice(j + 1, 0, { ...c, f: [...c.f] }), drawEditor(), redraw()) }, "Copy"),
        make("button", { type: "button", title: "Drop", "aria-label": "Drop " + about.word, onclick: () => (p.clauses.splice(j, 1), drawEditor(), redraw()) }, "\u00d7"))),
    words,
    about.figures.map((figure, k) => (figure.fixed ? null : slider(figure, c.f, k, change))));
  box.addEventListener("dragstart", (e) => e.dataTransfer.setData("text/plain", i + "/" + j));
  box.addEventListener("dragover", (e) => e.preventDefault());
  box.addEventListener("drop", (e) => {
    e.preventDefault();
    const [from, place] = e.dataTransfer.getData("text/plain").split("/").map(Number);
    if (from !== i || !Number.isInteger(place)) return;
    p.clauses.splice(j, 0, p.clauses.splice(place, 1)[0]);
    drawEditor();
    redraw();
  });
  return box;
}
function lineBox(draft, line) {
  const f = draft.lines[line.name];
  const words = make("p", {}, sentence(line, f));
  const change = () => ((words.textContent = sentence(line, f)), redraw());
  return make("div", { class: "clause" }, make("strong", {}, line.name.replaceAll("_", " ")), words, line.figures.map((figure, k) => (figure.fixed ? null : slider(figure, f, k, change))));
}
let waiting = 0;
function slider(figure, f, k, change) {
  const shown = { fraction: 100, rate: 100 }[figure.unit] || 1, suffix = { fraction: "%", rate: "%", usd: "$", amount: "$", usd_pmpm: "$ pmpm" }[figure.unit] || "";
  const tidy = (v) => Number(v.toPrecision(12));
  const range = make("input", { type: "range", min: figure.least, max: figure.most, step: "any", "aria-label": figure.label, "aria-valuetext": number(f[k], figure.unit) });
  const exact = make("input", { type: "number", step: tidy(figure.step * shown), "aria-label": figure.label + " " + suffix });
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(change);
  };
  const show = () => {
    range.value = f[k];
    range.setAttribute("aria-valuetext", number(f[k], figure.unit));
    exact.value = tidy(f[k] * shown);
    box.classList.toggle("moved", f[k] !== figure.value);
  };
  range.addEventListener("input", () => ((f[k] = tidy(Math.round(range.value / figure.step) * figure.step)), show(), soon()));
  range.addEventListener("keydown", (e) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[e.key];
    if (!by) return;
    e.preventDefault();
    f[k] = tidy(Math.min(figure.most, Math.max(figure.least, Math.round(f[k] / figure.step + by) * figure.step)));
    show();
    soon();
  });
  exact.addEventListener("input", () => {
    const typed = exact.valueAsNumber / shown;
    const refused = !Number.isFinite(typed) || (figure.unit === "fraction" && (typed < 0 || typed > 1)) || (figure.least >= 0 && typed < 0);
    exact.setCustomValidity(refused ? "Not possible here" : "");
    if (refused) return;
    f[k] = tidy(typed);
    range.value = f[k];
    box.classList.toggle("moved", f[k] !== figure.value);
    soon();
  });
  const box = make("div", { class: "slider" }, make("span", { class: "label" }, figure.label), range, exact, make("span", { class: "unit" }, suffix),
    make("button", { type: "button", class: "reset", "aria-label": "Back to " + number(figure.value, figure.unit), title: "Back to " + number(figure.value, figure.unit), onclick: () => ((f[k] = figure.value), show(), soon()) }, "\u21ba"));
  show();
  return box;
}
let PALETTE = null;
function palette() {
  if (PALETTE) return PALETTE;
  const seen = new Set();
  PALETTE = [];
  DATA.designs.forEach((design, d) => design.provisions.forEach((p, i) => p.clauses.forEach((c, j) => {
    const words = c.word.replaceAll("_", " ") + ": " + sentence(c, c.figures.map((x) => x.value));
    if (seen.has(words)) return;
    seen.add(words);
    PALETTE.push([d + "/" + i + "/" + j, words.length > 110 ? words.slice(0, 109) + "\u2026" : words]);
  })));
  PALETTE.sort((a, b) => a[1].localeCompare(b[1], "en"));
  return PALETTE;
}
function addClause(p, value) {
  if (!value) return;
  const from = value.split("/").map(Number);
  p.clauses.push({ from, f: clauseOf({ from }).figures.map((x) => x.value), off: false });
  drawEditor();
  redraw();
}

/* -------------------------------------------------------------------------------- address, export, start */
function packed() {
  const drafts = state.drafts.map((d) => [d.design, d.title, d.provisions.map((p) => [p.from, p.clauses.map((c) => [c.from, c.f, c.off ? 1 : 0])]), d.lines]);
  return btoa(unescape(encodeURIComponent(JSON.stringify([1, DATA.experience_hash.slice(0, 12), state.at, state.party, drafts])))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(null, "", "#" + packed()), 300);
}
const numbers = (list, length) => Array.isArray(list) && list.length === length && list.every((x) => typeof x === "number" && Number.isFinite(x));
/* Drafts from an address; null unless every part of it fits the designs of this page. */
function unpacked(text) {
  try {
    const said = JSON.parse(decodeURIComponent(escape(atob(text.replaceAll("-", "+").replaceAll("_", "/")))));
    const [version, hash, at, party, drafts] = said;
    if (version !== 1 || hash !== DATA.experience_hash.slice(0, 12) || !drafts.length || drafts.length > MOST_SIDE_BY_SIDE) return null;
    const found = drafts.map(([design, title, provisions, lines]) => {
      const draft = draftOf(design);
      draft.title = String(title).slice(0, 80);
      draft.provisions = provisions.map(([from, clauses]) => ({
        from,
        clauses: clauses.map(([place, f, off]) => {
          if (!numbers(f, clauseOf({ from: place }).figures.length)) throw new Error("figures");
          return { from: place, f, off: Boolean(off) };
        }),
      }));
      if (draft.provisions.some((p) => p.from[0] !== design || !provisionOf(p))) throw new Error("provision");
      for (const name of Object.keys(draft.lines)) {
        if (!numbers(lines[name], draft.lines[name].length)) throw new Error("lines");
        draft.lines[name] = lines[name];
      }
      return draft;
    });
    return { drafts: found, at: Math.min(Math.max(0, at | 0), found.length - 1), party: PARTIES.includes(party) ? party : state.party };
  } catch {
    return null;
  }
}
function put(raw, path, value) {
  let place = raw;
  for (const step of path.slice(0, -1)) place = place[step] === undefined ? (place[step] = {}) : place[step];
  const last = path[path.length - 1];
  if (Array.isArray(place) || typeof place === "object") place[last] = value;
}
function withFigures(raw, word, figures, f) {
  const body = structuredClone(raw);
  figures.forEach((figure, k) => {
    if (f[k] !== figure.value) put(body[word], figure.path.map((s) => (typeof s === "number" && s > 1000 ? String(s) : s)), f[k]);
  });
  return body;
}
/* The draft as a file of designs that `vbcsim settle RUN FILE` reads. JSON is YAML, so quoting cannot go wrong. */
function exported(draft, name) {
  const design = DATA.designs[draft.design], raw = structuredClone(design.raw);
  raw.title = draft.title;
  for (const line of design.lines) {
    if (line.f === undefined || !(line.name in raw.lines)) continue;
    const word = Object.keys(raw.lines[line.name])[0];
    raw.lines[line.name] = withFigures(raw.lines[line.name], word, line.figures, draft.lines[line.name]);
  }
  raw.provisions = draft.provisions
    .map((p) => {
      const about = provisionOf(p);
      const terms = p.clauses.filter((c) => !c.off).map((c) => withFigures(clauseOf(c).raw, clauseOf(c).word, clauseOf(c).figures, c.f));
      return { name: about.name, payer: about.payer, payee: about.payee, terms };
    })
    .filter((p) => p.terms.length);
  return { [name]: raw };
}
function yaml(value, indent) {
  const pad = " ".repeat(indent);
  if (Array.isArray(value) && value.length && value.some((v) => typeof v === "object" && v !== null))
    return "\n" + value.map((v) => pad + "- " + yaml(v, indent + 2).replace(/^\n\s*/, "")).join("\n");
  if (value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length)
    return "\n" + Object.entries(value).map(([k, v]) => {
      const said = yaml(v, indent + 2);
      return pad + (/^[a-z][a-z0-9_]*$|^\d{4}$/.test(k) ? k : JSON.stringify(k)) + ":" + (said.startsWith("\n") ? said : " " + said);
    }).join("\n");
  return JSON.stringify(value);
}
function download() {
  const named = (title, k) => title.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40) || "draft_" + (k + 1);
  const designs = {};
  state.drafts.forEach((d, k) => {
    let name = named(d.title, k);
    while (name in designs) name += "_" + (k + 1);
    Object.assign(designs, exported(d, name));
  });
  const text = "# Drafts made on the negotiation page of the run " + DATA.name + ", experience " + DATA.experience_hash.slice(0, 12) + "\n# Settle them with: vbcsim settle RUN THIS_FILE\ndesigns:" + yaml(designs, 2) + "\n";
  window.vbcsimExport = text;
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/yaml" })), download: DATA.name + "-drafts.yaml" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
function start() {
  $("party").replaceChildren(...PARTIES.map((p) => make("option", { value: p }, "Seen by the " + p)));
  state.drafts = DATA.designs.slice(0, 2).map((_, k) => draftOf(k));
  const kept = location.hash.length > 1 ? unpacked(location.hash.slice(1)) : null;
  if (kept) Object.assign(state, kept);
  else if (location.hash.length > 1) state.notice = "The address holds drafts of another run, or is damaged; the page starts afresh.";
  $("party").value = state.party;
  $("party").addEventListener("change", (e) => ((state.party = e.target.value), redraw()));
  $("new").addEventListener("change", (e) => {
    const v = e.target.value;
    if (v === "" || state.drafts.length >= MOST_SIDE_BY_SIDE) return;
    const fresh = v === "copy" ? structuredClone(state.drafts[state.at]) : draftOf(Number(v));
    if (v === "copy") fresh.title = (fresh.title + ", changed").slice(0, 80);
    state.drafts.push(fresh);
    state.at = state.drafts.length - 1;
    drawAll();
  });
  $("remove").addEventListener("click", () => {
    if (state.drafts.length < 2) return;
    state.drafts.splice(state.at, 1);
    state.at = Math.min(state.at, state.drafts.length - 1);
    drawAll();
  });
  $("export").addEventListener("click", download);
  $("print").addEventListener("click", () => window.print());
  document.addEventListener("input", () => (state.notice = ""), { once: true });
  window.addEventListener("resize", () => drawPictures());
  window.addEventListener("beforeprint", () => drawPictures());
  drawAll();
}
start();
