// Firstline's tag: draws the launcher, opens the chat page in a frame on first use, keeps the visitor's token for it.
// <script async src="https://…/widget.js" data-business="slug"></script>
(() => {
  const doc = document, tag = doc.currentScript, { origin } = new URL(tag.src), { dataset } = tag;
  const slug = dataset.business, key = `firstline:${slug}`;
  if (!slug || window.Firstline) return;

  // Storage may be refused: memory has to do then.
  const read = (area) => { try { return JSON.parse(window[area][key]); } catch {} };
  const write = (area, value) => { try { window[area][key] = JSON.stringify(value); } catch {} };
  const kept = read("localStorage") ?? {}, heard = {};
  let frame, identity, ready, calm, shown = false;

  const make = (name, to) => to.appendChild(doc.createElement(name));
  const host = doc.createElement("div"), root = host.attachShadow({ mode: "closed" });
  const box = make("div", root), button = make("button", box), label = make("span", button), badge = make("i", button);
  // In a shadow root the page's rules do not reach, and on :host our !important beats its own. Shapes are clipped, not
  // loaded, so that no img-src stands in the way.
  const css = `:host{all:initial!important;display:block!important;--a:#1f5edb;--o:#fff;--x:20px;--y:20px}
button,iframe{all:unset;position:fixed;z-index:9999999;inset-inline-end:var(--x);bottom:calc(var(--y) + env(safe-area-inset-bottom))}
button{display:flex;align-items:center;gap:10px;height:60px;padding:0 17px;border-radius:30px;background:var(--a);color:var(--o);cursor:pointer;font:600 16px system-ui;box-shadow:0 6px 24px #0004}
button::before{content:"";width:26px;height:26px;background:var(--o);clip-path:path("M5 2h16a5 5 0 0 1 5 5v9a5 5 0 0 1-5 5h-7l-7 5v-5H5a5 5 0 0 1-5-5V7a5 5 0 0 1 5-5z")}
.open button::before{clip-path:polygon(0 30%,10% 20%,50% 58%,90% 20%,100% 30%,50% 78%)}
button:focus-visible{outline:3px solid var(--o);outline-offset:-6px}
span:empty,i:empty,[hidden]{display:none}
i{position:absolute;top:-4px;right:-4px;min-width:22px;border-radius:11px;background:#d3222f;color:#fff;font:700 12px/22px system-ui;text-align:center}
iframe{margin-bottom:76px;width:min(384px,100vw - 32px);height:min(640px,100dvh - 116px);border-radius:18px;background:Canvas;box-shadow:0 16px 56px #0005}
.left *{inset-inline:var(--x) auto}
@media(max-width:480px){iframe{inset:0;margin:0;width:100%;height:100dvh;border-radius:0}.open button{display:none}}`;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    make("style", root).textContent = css;
  }

  // The public card, with what the tag itself says above it.
  const dress = ({ name = slug, theme, open_now, off_hours_mode, default_language }) => {
    const { accent, side, offset, label: words, teaser } = { ...theme, ...dataset };
    const say = (text) => text?.[navigator.language.slice(0, 2)] ?? text?.[default_language] ?? text ?? "";
    if (/^#[\da-f]{6}$/i.test(accent)) {
      const [r, g, b] = [1, 3, 5].map((i) => parseInt(accent.slice(i, i + 2), 16));
      host.style.setProperty("--a", accent);
      host.style.setProperty("--o", r * 0.3 + g * 0.59 + b * 0.11 > 150 ? "#11141a" : "#fff");
    }
    host.style.setProperty("--x", `${+(offset?.x ?? offset ?? 20)}px`);
    host.style.setProperty("--y", `${+(offset?.y ?? offset ?? 20)}px`);
    box.classList.toggle("left", side === "left");
    label.textContent = say(words);
    button.title = say(teaser);
    button.ariaLabel = label.textContent || `Chat · ${name}`;
    box.hidden = off_hours_mode === "hidden" && open_now === false;
  };

  const post = (type, data) => ready && frame.contentWindow.postMessage({ firstline: type, data }, origin);
  const fire = (name, data) => heard[name]?.forEach((call) => call(data));

  const load = () => {
    if (frame) return;
    frame = make("iframe", box);
    frame.title = button.ariaLabel;
    frame.hidden = !shown;
    frame.src = `${origin}/c/${slug}?embed=1`;
  };

  const show = (open, quiet) => {
    if (open === shown) return;
    shown = open;
    load();
    frame.hidden = !open;
    box.classList.toggle("open", open);
    button.ariaExpanded = open;
    write("sessionStorage", { open });
    post(open ? "show" : "hide");
    if (!quiet) (open ? frame : button).focus();
    calm = quiet;
    fire(open ? "open" : "close");
  };

  const says = {
    ready() {
      ready = 1;
      const page = { page_url: location.origin + location.pathname, referrer_url: doc.referrer, utm_source: new URLSearchParams(location.search).get("utm_source") };
      post("init", { kept, page, identity, calm, open: shown });
    },
    keep: (data) => write("localStorage", Object.assign(kept, data)),
    close: () => show(false),
    unread: (count) => (badge.textContent = count || ""),
    event: (data) => fire(data.name, data),
  };
  addEventListener("message", ({ source, origin: from, data }) => {
    if (frame && source === frame.contentWindow && from === origin) says[data.firstline]?.(data.data);
  });
  addEventListener("keydown", ({ key: pressed }) => pressed === "Escape" && show(false));
  button.onclick = () => show(!shown);

  window.Firstline = {
    open: () => show(true),
    close: () => show(false),
    toggle: button.onclick,
    identify: (proof) => post("identify", (identity = proof)),
    reset() {
      for (const name in kept) delete kept[name];
      write("localStorage", kept);
      post("reset");
    },
    on: (name, call) => (heard[name] ??= []).push(call),
  };

  dress({});
  doc.documentElement.append(host);
  host.popover = "manual"; // the top layer: no ancestor's transform or z-index matters
  host.showPopover?.();
  fetch(`${origin}/chat/business/${slug}`).then((r) => r.json()).then(dress).catch(() => {});
  if (read("sessionStorage")?.open) show(true, 1); // the page's own focus stays
  else if (kept.token) setTimeout(load, 2000); // a conversation is going on: the badge should know
})();
