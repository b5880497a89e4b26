// Puts every document into a frame of its own for each way to look at it, and writes down what a reader sees there.
const asked = JSON.parse(document.getElementById("asked").textContent);

function frame(source, way) {
  const made = document.createElement("iframe");
  made.sandbox = way.scripts ? "allow-same-origin allow-scripts" : "allow-same-origin";
  made.style = `width: ${way.width}px; height: 900px; border: 0`;
  made.srcdoc = source;
  const loaded = new Promise((resolve) => made.addEventListener("load", () => resolve(made)));
  document.body.append(made);
  return loaded;
}

function asPrinted(page) {
  for (const sheet of page.styleSheets)
    for (const rule of sheet.cssRules)
      if (rule.media && rule.media.mediaText === "print") rule.media.mediaText = "all";
}

function visible(element) {
  const box = element.getBoundingClientRect();
  return element.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1;
}

function own(element) {
  return [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
}

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgb(colour, under = [255, 255, 255]) {
  canvas.fillStyle = `rgb(${under.join(",")})`;
  canvas.fillRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function ground(element, style) {
  const layers = [];
  for (let one = element; one; one = one.parentElement) layers.unshift(style(one).backgroundColor);
  return layers.reduce((under, colour) => rgb(colour, under), [255, 255, 255]);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function faint(page, style) {
  const found = new Set();
  for (const element of page.body.querySelectorAll("*")) {
    if (!own(element) || !visible(element) || ["STYLE", "SCRIPT", "TITLE"].includes(element.tagName.toUpperCase())) continue;
    const look = style(element), under = ground(element, style);
    const colour = element instanceof page.defaultView.SVGElement ? look.fill : look.color;
    const size = parseFloat(look.fontSize), large = size >= 24 || (size >= 18.66 && look.fontWeight >= 700);
    const ratio = contrast(rgb(colour, under), under);
    if (ratio < (large ? 3 : 4.5)) found.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}: ${own(element).slice(0, 40)}`);
  }
  return [...found];
}

function lines(element, style) {
  const range = element.ownerDocument.createRange();
  range.selectNodeContents(element);
  return Math.round(range.getBoundingClientRect().height / parseFloat(style(element).lineHeight));
}

// What a block of commands holds to the right of its edge is reached by scrolling the block.
function sticksOut(page) {
  const width = page.documentElement.clientWidth;
  return [...page.body.querySelectorAll("main *")].filter((one) => visible(one) && !one.closest("pre > *") && one.getBoundingClientRect().right > width + 1)
    .map((one) => `${one.tagName}.${one.className.baseVal ?? one.className}: ${one.textContent.trim().slice(0, 40)}`);
}

// Words of a drawing that lie on each other, and words that are smaller than anybody reads.
function crowded(page) {
  const found = [];
  for (const drawing of page.querySelectorAll("main .timeline")) {
    const words = [...drawing.querySelectorAll("text")].map((one) => [one.textContent, one.getBoundingClientRect()]);
    words.forEach(([text, box], at) => words.slice(at + 1).forEach(([other, its]) => {
      const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const high = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      if (wide > 1 && high > 4) found.push(`${text} / ${other}`);
    }));
  }
  return found;
}

function tiny(page, style) {
  return [...page.querySelectorAll("main .timeline text")].map((one) => {
    const drawing = one.ownerSVGElement, size = parseFloat(style(one).fontSize);
    return [size * drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width, one.textContent];
  }).filter(([size]) => size < 9).map(([, text]) => text);
}

function look(made) {
  const page = made.contentDocument, style = (element) => made.contentWindow.getComputedStyle(element);
  const heads = [...page.querySelectorAll("main h1, main h2, main h3, main h4")].filter(visible);
  const shout = page.querySelector(".ops-shout");
  return {
    headings: heads.map((one) => [Number(one.tagName[1]), one.textContent.trim().replace(/\s+/g, " ")]),
    text: page.body.innerText,
    faint: faint(page, style),
    sticksOut: sticksOut(page),
    torn: [...page.querySelectorAll(".ops-objectives .ops-number, .ops-objectives td:last-child, .ops-percentiles .ops-number, .ops-said .ops-name")]
      .filter((one) => visible(one) && lines(one, style) > 1).map((one) => one.textContent.trim()),
    hollow: [...page.querySelectorAll("main tbody td")].filter((one) => visible(one) && !one.querySelector("svg") && ["", "-"].includes(one.textContent.trim())).length,
    commands: [...page.querySelectorAll("main pre")].filter(visible).map((one) => [one.textContent.trim().split("\n").length, lines(one, style)]),
    hidden: [...page.querySelectorAll("main pre")].filter((one) => visible(one) && one.scrollWidth > one.clientWidth + 1 && style(one).overflowX !== "auto").length,
    crowded: crowded(page),
    tiny: tiny(page, style),
    scrolls: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    shout: shout ? [shout.textContent, parseFloat(style(shout).fontSize)] : ["", 0],
    mains: page.querySelectorAll("main").length,
    unnamed: [...page.querySelectorAll("main section, main svg[role=img]")].filter((one) => !one.ariaLabel && !page.getElementById(one.getAttribute("aria-labelledby"))).length,
    unscoped: [...page.querySelectorAll("main th")].filter((one) => !one.scope).length,
    headless: [...page.querySelectorAll("main table")].filter((one) => !one.tHead).length,
    broken: [...page.querySelectorAll("main a[href^='#']")].filter((one) => !page.getElementById(one.hash.slice(1))).map((one) => one.hash),
    doubled: [...page.querySelectorAll("main [id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at),
    shutLines: [...page.querySelectorAll("main details .ops-lines li")].filter((one) => !visible(one)).length,
    tables: [...page.querySelectorAll("#results-table, .controls, body > h1")].filter(visible).length,
    ground: rgb(style(page.body).backgroundColor),
  };
}

function tableOnDemand(made) {
  made.contentDocument.querySelector(".ops-raw").open = true;
  return [...made.contentDocument.querySelectorAll("#results-table")].filter(visible).length;
}

async function answer() {
  const told = {};
  for (const [name, source] of Object.entries(asked.documents))
    for (const [way, how] of Object.entries(asked.ways)) {
      const made = await frame(source, how);
      if (how.print) asPrinted(made.contentDocument);
      told[`${name}/${way}`] = look(made);
      if (how.scripts && made.contentDocument.querySelector(".ops-raw")) told[`${name}/${way}`].onDemand = tableOnDemand(made);
      made.remove();
    }
  document.getElementById("answer").textContent = JSON.stringify(told);
}
answer().catch((error) => { document.getElementById("answer").textContent = JSON.stringify({ failed: String(error.stack) }); });
