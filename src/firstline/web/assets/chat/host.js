// Where the page lives: alone (its own localStorage) or in the widget's frame (the host page keeps what is kept,
// because browsers refuse a foreign frame its storage). What is kept: {token, lang, sound, draft, unsent, rated}.

const store = (key) => {
  try {
    localStorage.getItem(key);
    return localStorage;
  } catch {
    return null; // refused: memory has to do
  }
};

export async function live({ embed, slug, on }) {
  return embed && parent !== window ? framed(on) : alone(slug);
}

function alone(slug) {
  const key = `firstline:${slug}`, disk = store(key);
  let kept = {};
  try {
    kept = JSON.parse(disk?.getItem(key)) ?? {};
  } catch { /* somebody else's value under our key */ }
  return {
    kept,
    page: { page_url: location.origin + location.pathname, referrer_url: document.referrer || null },
    keep(change) {
      Object.assign(kept, change);
      try {
        disk?.setItem(key, JSON.stringify(kept));
      } catch { /* full: memory has to do */ }
    },
    tell() {},
  };
}

// The first word goes to any origin and carries nothing; everything after it only to and from the one that answered,
// which frame-ancestors has allowed to frame us.
function framed(on) {
  return new Promise((ready) => {
    let origin = null, kept = {};
    const say = (type, data) => parent.postMessage({ firstline: type, data }, origin ?? "*");
    addEventListener("message", (event) => {
      const { firstline: type, data } = event.data ?? {};
      if (event.source !== parent || !type || (origin && event.origin !== origin)) return;
      if (type !== "init") return origin && on(type, data);
      if (origin) return;
      origin = event.origin;
      kept = data.kept ?? {};
      const keep = (change) => say("keep", Object.assign(kept, change));
      ready({ kept, keep, page: data.page, identity: data.identity, open: data.open, calm: data.calm, tell: say });
    });
    say("ready");
  });
}
