"use strict";
// What makes the pages live: a market's events, a search within tables, and proofs that this browser checks itself.
// Pages work without it.
const english = {
  log: (name, size) => `the log ${name} has ${size} leaves, says its checkpoint`, noCheckpoint: "the checkpoint has not the form of one",
  signed: "the checkpoint is signed by the log's key", unsigned: "the checkpoint is NOT signed by the log's key",
  noKey: "the log's key is not a verifier key", noEd25519: "this browser cannot check Ed25519 signatures; the tree is checked all the same",
  leaf: (index, text) => `leaf ${index} is: ${text}`, noLeaf: (size) => `no such leaf; there are 0 to ${size - 1}`,
  hash: (digest) => `SHA-256 of 0x00 and the leaf: ${digest}`, tiles: (count) => `files of neighbouring hashes that were read: ${count}`,
  root: "the root that follows from this leaf is the checkpoint's", wrong: "the root that follows from this leaf is NOT the checkpoint's",
  digest: (digest) => `SHA-256 of the text: ${digest}`, same: "this is the digest that this page names: the text is whole",
  differs: "this is NOT the digest that this page names", noTile: (path) => `${path} has the wrong length`, failed: "cannot be checked",
  noHTTPS: "cannot be checked here: browsers compute hashes only on pages that came over https; ops/verify-log checks the same",
};
const chinese = {
  log: (name, size) => `检查点称：日志 ${name} 有 ${size} 片叶子`, noCheckpoint: "检查点的格式不正确",
  signed: "检查点由日志密钥签名", unsigned: "检查点没有日志密钥的有效签名", noKey: "日志密钥的格式不正确", noEd25519: "此浏览器不能核验 Ed25519 签名；仍会核验树",
  leaf: (index, text) => `第 ${index} 片叶子：${text}`, noLeaf: (size) => `没有这片叶子；编号为 0 至 ${size - 1}`, hash: (digest) => `0x00 与叶子的 SHA-256：${digest}`, tiles: (count) => `读取的相邻散列文件数：${count}`,
  root: "由此叶子得出的树根与检查点一致", wrong: "由此叶子得出的树根与检查点不一致", digest: (digest) => `文本的 SHA-256：${digest}`, same: "与本页所载摘要一致：文本完整",
  differs: "与本页所载摘要不一致", noTile: (path) => `${path} 的长度不正确`, failed: "无法核验", noHTTPS: "无法在此核验：浏览器只在 https 页面上计算散列；可改用 ops/verify-log",
};
const isChinese = document.documentElement.lang.startsWith("zh");
const say = isChinese ? chinese : english;
const words = isChinese ? { buy: "买", sell: "卖" } : {};

// A protocol line (PROTOCOL.md, section 1): VERB key=value …, values bare or JSON strings.
function parseLine(line) {
  const fields = {};
  for (const [, key, value] of line.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|\S*)/g)) fields[key] = value.startsWith('"') ? JSON.parse(value) : value;
  return fields;
}
// Decimal text with thin spaces between thousands, as the server writes it.
const spaced = (text) => text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, "\u2009"));
const each = (selector, use) => document.querySelectorAll(selector).forEach((element) => use(element));
const show = (selector, text) => each(selector, (element) => { element.textContent = text; });
const cell = (text, kind = "") => Object.assign(document.createElement("td"), { textContent: text, className: kind });
const newRow = () => Object.assign(document.createElement("tr"), { className: "flash" });

// MARK: a market's events (PROTOCOL.md, section 3)
const market = {
  BOOK(fields) {
    const body = document.querySelector(`table[data-side="${fields.side}"] tbody`);
    if (!body) return;
    const old = [...body.rows].find((row) => row.dataset.price === fields.price);
    if (fields.qty === "0") return old?.remove();
    const row = old ?? newRow();
    row.dataset.price = fields.price;
    row.replaceChildren(cell(spaced(fields.price), "n"), cell(spaced(fields.qty), "n"));
    if (old) return;
    const isBefore = (a, b) => (fields.side === "buy" ? Number(a) > Number(b) : Number(a) < Number(b));
    const next = [...body.rows].find((other) => isBefore(fields.price, other.dataset.price));
    body.insertBefore(row, next ?? null);
    while (body.rows.length > 12) body.lastElementChild.remove();
  },
  TRADE(fields) {
    show("[data-last]", spaced(fields.price));
    const body = document.querySelector("tbody[data-trades]");
    if (!body) return;
    const row = newRow();
    // The last cell is that of trades undone.
    row.append(cell((fields.time ?? "").slice(11, 19)), cell(spaced(fields.price), "n"), cell(spaced(fields.qty), "n"),
      cell(words[fields.side] ?? fields.side ?? ""), cell(""));
    body.prepend(row);
    while (body.rows.length > 30) body.lastElementChild.remove();
  },
  PHASE(fields) { show("[data-phase]", fields.phase); },
};

function follow(main) {
  const state = document.querySelector("[data-live-state]");
  const tell = (kind) => { if (state) { state.textContent = state.dataset[kind]; state.className = "live " + kind; } };
  const refreshSoon = refresher(main);
  const take = (event) => {
    const [number, last] = [Number(event.lastEventId), Number(main.dataset.n)];
    if (number <= last) return;
    // Lines that are kept no more: the page as it is now has what they did.
    if (number !== last + 1) return location.reload();
    main.dataset.n = String(number);
    market[event.data.split(" ", 1)[0]]?.(parseLine(event.data));
    refreshSoon();
  };
  const open = () => {
    const source = new EventSource(`${main.dataset.live}?from=${Number(main.dataset.n) + 1}`);
    source.onopen = () => tell("on");
    // After an answer that is no stream, as while settlement cannot be read, the browser does not come again by itself.
    source.onerror = () => { tell("off"); if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000 + Math.random() * 3000); };
    source.onmessage = take;
    for (const verb of ["TRADE", "BOOK", "PHASE", "INDICATIVE", "REFERENCE", "BUST"]) source.addEventListener(verb, take);
  };
  tell("waiting");
  open();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshSoon(); });
}

// MARK: charts and figures, which are the server's: fetched again some time after something happened
// A function to be called at each event: the page is fetched at most once in 2 to 3 seconds, and not while nobody sees it.
function refresher(main) {
  let [isWaiting, isOld] = [false, false];
  const refreshSoon = () => {
    isOld = true;
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(async () => {
      isOld = false;
      if (!document.hidden) await refresh(main).catch(() => { /* the stream's state tells of it */ });
      isWaiting = false;
      if (isOld && !document.hidden) refreshSoon();
    }, 2000 + Math.random() * 1000);
  };
  return refreshSoon;
}
async function refresh(main) {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-refresh]")) {
    const other = fresh.querySelector(`[data-refresh="${CSS.escape(part.dataset.refresh)}"]`);
    if (other) replacePart(part, other);
  }
  takeTables(main, fresh);
}
// The state of the connection stays, and so does where the reader is: what has the focus, and how far a wide chart is moved.
function replacePart(part, other) {
  const state = part.querySelector("[data-live-state]");
  if (state) other.querySelector("[data-live-state]")?.replaceWith(state.cloneNode(true));
  if (part.isEqualNode(other)) return;
  const within = () => [...part.querySelectorAll("a, button, input, summary, [tabindex]")];
  const moved = within().map((element) => element.scrollLeft);
  const focused = within().indexOf(document.activeElement);
  part.replaceChildren(...other.childNodes);
  if (state) part.querySelector("[data-live-state]")?.replaceWith(state);
  within().forEach((element, place) => { if (moved[place]) element.scrollLeft = moved[place]; });
  within()[focused]?.focus({ preventScroll: true });
}
// Book and trades as the server has them, if they are no older than these: no event tells of a level that moves up into view.
function takeTables(main, fresh) {
  const number = Number(fresh.querySelector("[data-live]")?.dataset.n ?? -1);
  if (number < Number(main.dataset.n)) return;
  main.dataset.n = String(number);
  const textOf = (body) => [...body.rows].map((row) => row.textContent).join("\n");
  for (const selector of ['table[data-side="buy"] tbody', 'table[data-side="sell"] tbody', "tbody[data-trades]"]) {
    const [body, other] = [document, fresh].map((page) => page.querySelector(selector));
    if (body && other && textOf(body) !== textOf(other)) body.replaceChildren(...other.childNodes);
  }
}

// MARK: proofs (PROTOCOL.md, section 13). Formats: RFC 6962 (hashes), C2SP signed-note, tlog-checkpoint and tlog-tiles.
const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
// Base64 in the one spelling that the bytes have.
function bytesOf(base64) {
  const letters = atob(base64);
  if (btoa(letters) !== base64) throw new Error(`base64: ${base64}`);
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
async function fetchBytes(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
const fetchText = async (path) => new TextDecoder().decode(await fetchBytes(path, { cache: "no-store" }));
// A tile's path: three digits a group, all but the last with an x before them.
function tilePath(level, number, width) {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g);
  const name = groups.map((group, place) => (place < groups.length - 1 ? "x" + group : group)).join("/");
  return `/log/tile/${level}/${name}${width < 256 ? ".p/" + width : ""}`;
}
// A tree is { size, tiles }: its number of leaves, and the tiles of hashes read so far by path.
async function readTile(tree, level, number) {
  const width = Math.min(256, Math.floor(tree.size / 256 ** level) - number * 256);
  const path = tilePath(level, number, width);
  tree.tiles[path] ??= await fetchBytes(path);
  if (tree.tiles[path].length !== width * 32) throw new Error(say.noTile(path));
  return tree.tiles[path];
}
// The hash of the full subtree of 2^height leaves that is number `index` of its height: from the tile of the level below or at it.
async function subtreeHash(tree, height, index) {
  const level = Math.floor(height / 8);
  const [first, count] = [index * 2 ** (height % 8), 2 ** (height % 8)];
  const tile = await readTile(tree, level, Math.floor(first / 256));
  let row = Array.from({ length: count }, (_, place) => tile.slice((first % 256 + place) * 32, (first % 256 + place + 1) * 32));
  while (row.length > 1) row = await Promise.all(row.flatMap((left, place) => (place % 2 ? [] : [nodeHash(left, row[place + 1])])));
  return row[0];
}
// The height of the left part of a tree of `count` > 1 leaves: it has the largest power of two below `count`.
const splitHeight = (count, height = 0) => (2 ** (height + 1) < count ? splitHeight(count, height + 1) : height);
// The hash of the leaves from `start` on, which need not be a power of two.
async function rangeHash(tree, start, count) {
  if (count === 1) return subtreeHash(tree, 0, start);
  const height = splitHeight(count);
  if (2 ** (height + 1) === count) return subtreeHash(tree, height + 1, start / count);
  return nodeHash(await subtreeHash(tree, height, start / 2 ** height), await rangeHash(tree, start + 2 ** height, count - 2 ** height));
}
// The root as it follows from one leaf's hash and its neighbours'.
async function rootFrom(tree, hash, index, start = 0, count = tree.size) {
  if (count === 1) return hash;
  const split = 2 ** splitHeight(count);
  const [middle, right] = [start + split, count - split];
  return index < middle
    ? nodeHash(await rootFrom(tree, hash, index, start, split), await rangeHash(tree, middle, right))
    : nodeHash(await rangeHash(tree, start, split), await rootFrom(tree, hash, index, middle, right));
}
// A leaf of a bundle, where each stands behind its length in two bytes, high byte first.
async function readLeaf(index, size) {
  const number = Math.floor(index / 256);
  const path = tilePath("entries", number, Math.min(256, size - number * 256));
  const bundle = await fetchBytes(path);
  let place = 0;
  for (let before = index % 256; ; before -= 1) {
    const end = place + 2 + bundle[place] * 256 + bundle[place + 1];
    if (!(end <= bundle.length)) throw new Error(say.noTile(path));
    if (before === 0) return bundle.slice(place + 2, end);
    place = end;
  }
}
// A verifier key: NAME+ID+BASE64, of a byte that says Ed25519 and the 32 of the key; ID begins SHA-256 of the name, LF and those bytes.
async function parseKey(text) {
  const [, name, id, base64] = text.match(/^([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n?$/) ?? [];
  const bytes = bytesOf(base64 ?? "");
  if (bytes.length !== 33 || bytes[0] !== 1 || !hex(await sha256(utf8(name + "\n"), bytes)).startsWith(id)) throw new Error(say.noKey);
  return { name, id, raw: bytes.slice(1) };
}
// A checkpoint: the log's name, its size and root, an empty line, and signature lines: — NAME BASE64.
function parseCheckpoint(note) {
  const form = /^(([^\s+]+)\n(0|[1-9]\d{0,14})\n(\S{44})\n)\n((?:\u2014 [^\s+]+ \S+\n)+)$/;
  const [, text, origin, size, root, lines] = note.match(form) ?? [];
  if (!text) throw new Error(say.noCheckpoint);
  const signatures = lines.trimEnd().split("\n").map((line) => line.split(" ")).map(([, name, base64]) => ({ name, bytes: bytesOf(base64) }));
  return { text, origin, size: Number(size), root: hex(bytesOf(root)), signatures };
}
// Whether the log's own signature is there and right; null if this browser has no Ed25519.
async function isSigned(checkpoint, key) {
  const own = checkpoint.signatures.filter(({ name, bytes }) => name === key.name && hex(bytes.slice(0, 4)) === key.id);
  if (checkpoint.origin !== key.name || own.length === 0) return false;
  let verifier;
  try { verifier = await crypto.subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]); }
  catch (error) { if (error.name === "NotSupportedError") return null; throw error; }
  const checks = own.map(({ bytes }) => crypto.subtle.verify("Ed25519", verifier, bytes.slice(4), utf8(checkpoint.text)));
  return (await Promise.all(checks)).every((isRight) => isRight);
}
// Lines with · say what was read; only a check has ✓ or ✗.
async function checkLeaf(index, told) {
  const [note, keyText] = await Promise.all(["/log/checkpoint", "/log/key"].map(fetchText));
  const checkpoint = parseCheckpoint(note);
  told("·", say.log(checkpoint.origin, checkpoint.size));
  const signed = await isSigned(checkpoint, await parseKey(keyText));
  if (signed === null) told("–", say.noEd25519); else told(signed ? "✓" : "✗", signed ? say.signed : say.unsigned);
  if (!(Number.isInteger(index) && index >= 0 && index < checkpoint.size)) return told("✗", say.noLeaf(checkpoint.size));
  const leaf = await readLeaf(index, checkpoint.size);
  told("·", say.leaf(index, new TextDecoder().decode(leaf)));
  const tree = { size: checkpoint.size, tiles: {} };
  const hash = await leafHash(leaf);
  told("·", say.hash(hex(hash)));
  const root = hex(await rootFrom(tree, hash, index));
  told("·", say.tiles(Object.keys(tree.tiles).length));
  const isRight = root === checkpoint.root;
  told(isRight ? "✓" : "✗", `${isRight ? say.root : say.wrong} (${root})`);
}

async function checkCertificate(text, digest, told) {
  // A form's text has line ends of its own, and may have lost the last one.
  const lines = text.replace(/\r\n/g, "\n").replace(/\n*$/, "\n");
  const found = hex(await sha256(utf8(lines)));
  told("·", say.digest(found));
  told(found === digest ? "✓" : "✗", found === digest ? say.same : say.differs);
}

function onSubmit(form, check) {
  const result = form.parentElement.querySelector("[data-result]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    result.textContent = "";
    const told = (mark, text) => { result.textContent += `${mark} ${text}\n`; };
    if (!window.crypto?.subtle) return told("–", say.noHTTPS);
    try { await check(new FormData(form), told); } catch (error) { told("✗", `${say.failed}: ${error.message}`); }
  });
}

// MARK: a search within a table
function filterRows(input) {
  const count = input.closest("p, div, form")?.querySelector("[data-filter-count]");
  count?.setAttribute("role", "status");
  input.addEventListener("input", () => {
    const rows = [...(document.getElementById(input.dataset.filter)?.tBodies[0]?.rows ?? [])];
    const wanted = input.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    if (count) count.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} / ${rows.length}` : "";
  });
}

// MARK: beginning
each("[data-live]", follow);
each("form[data-proof]", (form) => onSubmit(form, (data, told) => checkLeaf(Number(data.get("index")), told)));
each("form[data-certificate]", (form) => onSubmit(form, (data, told) => checkCertificate(data.get("text"), form.dataset.digest, told)));
each("input[data-filter]", filterRows);
