"use strict";
// What makes the pages live: a market's events, a search within tables, and proofs that this browser checks itself.
// Pages work without it.

const texts = {
  en: { ok: "✓", bad: "✗", leaf: "leaf", root: "the root that follows from this leaf is the checkpoint's", wrong: "the root that follows from this leaf is NOT the checkpoint's",
    signed: "the checkpoint is signed by the log's key", unsigned: "the checkpoint is NOT signed by the log's key", nokey: "this browser cannot check Ed25519 signatures; the tree was checked",
    hash: "SHA-256 of the text", same: "this is the digest in the log: the certificate is whole", differs: "this is NOT the digest in the log", none: "no such leaf", failed: "cannot be checked now" },
  zh: { ok: "✓", bad: "✗", leaf: "叶子", root: "由此叶子得出的树根与检查点一致", wrong: "由此叶子得出的树根与检查点不一致",
    signed: "检查点由日志密钥签名", unsigned: "检查点的签名无效", nokey: "此浏览器不能核验 Ed25519 签名；已核验树",
    hash: "文本的 SHA-256", same: "与日志中的摘要一致：证书完整", differs: "与日志中的摘要不一致", none: "没有这片叶子", failed: "目前无法核验" },
};
const say = texts[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
const spaced = (text) => { const [whole, rest] = text.split("."); return whole.replace(/\B(?=(\d{3})+$)/g, "\u2009") + (rest === undefined ? "" : "." + rest); };

// A protocol line: VERB key=value …, values bare or JSON strings.
function parseLine(line) {
  const fields = {};
  for (const [, key, value] of line.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|\S*)/g)) fields[key] = value.startsWith('"') ? JSON.parse(value) : value;
  return fields;
}

function cell(text, isNumber) {
  const made = document.createElement("td");
  made.textContent = text;
  if (isNumber) made.className = "n";
  return made;
}

// MARK: a market's events

const market = {
  BOOK(fields) {
    const body = document.querySelector(`table[data-side="${fields.side}"] tbody`);
    if (!body) return;
    const old = [...body.rows].find((row) => row.dataset.price === fields.price);
    if (fields.qty === "0") return old?.remove();
    const row = old ?? document.createElement("tr");
    row.dataset.price = fields.price;
    row.replaceChildren(cell(spaced(fields.price), true), cell(spaced(fields.qty), true));
    flash(row);
    if (old) return;
    const isBefore = (a, b) => (fields.side === "buy" ? Number(a) > Number(b) : Number(a) < Number(b));
    const next = [...body.rows].find((other) => isBefore(fields.price, other.dataset.price));
    body.insertBefore(row, next ?? null);
    while (body.rows.length > 12) body.lastElementChild.remove();
  },
  TRADE(fields) {
    const body = document.querySelector("tbody[data-trades]");
    if (!body) return;
    const row = document.createElement("tr");
    const side = document.querySelector(`[data-side="${fields.side}"]`) ? fields.side : "";
    row.append(cell((fields.time ?? "").slice(11, 19)), cell(spaced(fields.price), true), cell(spaced(fields.qty), true), cell(words[side] ?? side), cell(""));
    flash(row);
    body.prepend(row);
    while (body.rows.length > 30) body.lastElementChild.remove();
  },
};
const words = document.documentElement.lang.startsWith("zh") ? { buy: "买", sell: "卖" } : {};

function flash(row) {
  row.classList.remove("flash");
  void row.offsetWidth;
  row.classList.add("flash");
}

// Charts and figures are the server's: fetched again some time after something happened.
let refreshing = 0;
function refreshSoon() {
  if (refreshing) return;
  refreshing = setTimeout(async () => {
    refreshing = 0;
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) replaceParts(new DOMParser().parseFromString(await answer.text(), "text/html"), "[data-refresh]", "refresh");
    } catch { /* the stream tells of it */ }
  }, 1500 + Math.random() * 1000);
}

function replaceParts(fresh, selector, name) {
  for (const part of document.querySelectorAll(selector)) {
    const other = fresh.querySelector(`[data-${name}="${part.dataset[name]}"]`);
    if (!other) continue;
    const state = part.querySelector("[data-live-state]");
    part.replaceChildren(...other.childNodes);
    if (state) part.querySelector("[data-live-state]")?.replaceWith(state);
  }
}

function follow(main) {
  let last = Number(main.dataset.n);
  const state = document.querySelector("[data-live-state]");
  const show = (kind) => { if (state) { state.textContent = state.dataset[kind]; state.className = "live " + kind; } };
  show("waiting");
  const source = new EventSource(`${main.dataset.live}?from=${last + 1}`);
  source.onopen = () => show("on");
  source.onerror = () => show("off");
  const take = (event) => {
    const number = Number(event.lastEventId);
    if (number <= last) return;
    // Lines that are kept no more: the page as it is now has what they did.
    if (number !== last + 1) return location.reload();
    last = number;
    main.dataset.n = String(number);
    market[event.data.split(" ", 1)[0]]?.(parseLine(event.data));
    refreshSoon();
  };
  source.onmessage = take;
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshSoon(); });
}

// MARK: proofs. Formats: RFC 6962, C2SP signed-note and tlog-tiles.

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (...parts) => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) { joined.set(part, place); place += part.length; }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
};
const node = (left, right) => sha256(Uint8Array.of(1), left, right);

async function fetchBytes(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path);
  return new Uint8Array(await answer.arrayBuffer());
}

// A tile's path: three digits a group, all but the last with an x before them.
function tilePath(level, number, width) {
  const groups = [];
  let rest = number;
  do { groups.unshift(String(rest % 1000).padStart(3, "0")); rest = Math.floor(rest / 1000); } while (rest > 0);
  return `/log/tile/${level}/${groups.map((group, place) => (place < groups.length - 1 ? "x" + group : group)).join("/")}${width < 256 ? ".p/" + width : ""}`;
}

// The hash of the full subtree of 2^height leaves that is number `index` of its height.
async function subtree(height, index, size, cache) {
  const level = Math.floor(height / 8);
  const first = index * 2 ** (height - level * 8);
  const number = Math.floor(first / 256);
  const width = Math.min(256, Math.floor(size / 256 ** level) - number * 256);
  const path = tilePath(level, number, width);
  cache[path] ??= await fetchBytes(path);
  const take = async (from, count) => {
    if (count === 1) return cache[path].slice(from * 32, from * 32 + 32);
    return node(await take(from, count / 2), await take(from + count / 2, count / 2));
  };
  return take(first - number * 256, 2 ** (height - level * 8));
}

// The hash of leaves [start, start + count), which need not be a power of two.
async function range(start, count, size, cache) {
  const height = Math.floor(Math.log2(count));
  if (2 ** height === count) return subtree(height, start / count, size, cache);
  const split = 2 ** height;
  return node(await range(start, split, size, cache), await range(start + split, count - split, size, cache));
}

// The root as it follows from one leaf's hash and its neighbours'.
async function rootFrom(leaf, index, start, count, size, cache) {
  if (count === 1) return leaf;
  let split = 2 ** Math.floor(Math.log2(count));
  if (split === count) split /= 2;
  return index < start + split
    ? node(await rootFrom(leaf, index, start, split, size, cache), await range(start + split, count - split, size, cache))
    : node(await range(start, split, size, cache), await rootFrom(leaf, index, start + split, count - split, size, cache));
}

async function leafBytes(index, size) {
  const number = Math.floor(index / 256);
  const path = tilePath("entries", number, Math.min(256, size - number * 256));
  const bytes = await fetchBytes(path);
  let place = 0;
  for (let passed = number * 256; passed < index; passed += 1) place += 2 + bytes[place] * 256 + bytes[place + 1];
  return bytes.slice(place + 2, place + 2 + bytes[place] * 256 + bytes[place + 1]);
}

async function isSigned(note, verifier) {
  const [, , key] = verifier.trim().match(/^(.+)\+[0-9a-f]{8}\+(.+)$/) ?? [];
  const split = note.indexOf("\n\n");
  const signature = note.slice(split + 2).split("\n").map((line) => line.split(" ")).find((parts) => parts[0] === "\u2014" && verifier.startsWith(parts[1] + "+"));
  const imported = await crypto.subtle.importKey("raw", bytesOf(key).slice(1), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, bytesOf(signature[2]).slice(4), new TextEncoder().encode(note.slice(0, split + 1)));
}

async function checkLeaf(index, told) {
  const note = await (await fetch("/log/checkpoint", { cache: "no-store" })).text();
  const verifier = await (await fetch("/log/key")).text();
  const [origin, sizeText, root] = note.split("\n");
  const size = Number(sizeText);
  if (!(index >= 0 && index < size)) return told(say.bad, say.none);
  const bytes = await leafBytes(index, size);
  told(`${origin}, ${size}`, "");
  told(say.leaf + " " + index + ":", new TextDecoder().decode(bytes));
  const found = await rootFrom(await sha256(Uint8Array.of(0), bytes), index, 0, size, size, {});
  const isRight = hex(found) === hex(bytesOf(root));
  told(isRight ? say.ok : say.bad, (isRight ? say.root : say.wrong) + " (" + hex(found) + ")");
  try {
    const signed = await isSigned(note, verifier);
    told(signed ? say.ok : say.bad, signed ? say.signed : say.unsigned);
  } catch { told("–", say.nokey); }
}

function onSubmit(form, check) {
  const result = form.parentElement.querySelector("[data-result]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    result.textContent = "";
    const told = (mark, text) => { result.textContent += `${mark} ${text}\n`; };
    try { await check(new FormData(form), told); } catch (error) { told(say.bad, `${say.failed}: ${error.message}`); }
  });
}

// MARK: beginning

function start() {
  const main = document.querySelector("[data-live]");
  if (main && window.EventSource) follow(main);
  for (const form of document.querySelectorAll("form[data-proof]")) onSubmit(form, (data, told) => checkLeaf(Number(data.get("index")), told));
  for (const form of document.querySelectorAll("form[data-certificate]")) {
    onSubmit(form, async (data, told) => {
      // A form's text has line ends of its own, and may have lost the last one.
      const text = data.get("text").replace(/\r\n/g, "\n").replace(/\n*$/, "\n");
      const digest = hex(await sha256(new TextEncoder().encode(text)));
      told(say.hash + ":", digest);
      const isSame = digest === form.dataset.digest;
      told(isSame ? say.ok : say.bad, isSame ? say.same : say.differs);
    });
  }
  for (const input of document.querySelectorAll("input[data-filter]")) {
    const rows = [...(document.getElementById(input.dataset.filter)?.tBodies[0].rows ?? [])];
    const count = input.closest("p").querySelector("[data-filter-count]");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
      count.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} / ${rows.length}` : "";
    });
  }
}
start();
