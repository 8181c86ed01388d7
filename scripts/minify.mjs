// Shortens the chat page's own files one by one into assets/vendor/min/ (run by scripts/fetch_assets.py). Nothing is
// bundled: the same modules import each other, only `../vendor/` becomes `../../`. manifest.json holds the sources'
// SHA-256, so that the page takes the short ones only while they are those of the sources beside them.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { minify } from "terser";

const assets = new URL("../src/firstline/web/assets/", import.meta.url);
const out = new URL("vendor/min/", assets);
const manifest = {};

rmSync(out, { recursive: true, force: true });
for (const folder of ["chat", "shared"]) {
  mkdirSync(new URL(`${folder}/`, out), { recursive: true });
  for (const name of readdirSync(new URL(`${folder}/`, assets)).filter((n) => /\.(js|css)$/.test(n)).sort()) {
    const path = `${folder}/${name}`, source = readFileSync(new URL(path, assets), "utf8");
    manifest[path] = createHash("sha256").update(source).digest("hex");
    writeFileSync(new URL(path, out), name.endsWith(".css") ? css(source) : await js(source, name));
  }
}
writeFileSync(new URL("manifest.json", out), JSON.stringify(manifest, null, 1) + "\n");

async function js(source, name) {
  const short = source
    .replaceAll("../vendor/", "../../")
    .replace(/`[^`]*`/g, (text) => (/^`:host/.test(text) ? css(text) : text))
    .replace(/>\s*\n\s*(?=[<$])/g, ">"); // htm ignores a line break between tags
  const { code } = await minify(short, { module: name !== "widget.js", compress: { passes: 2 }, mangle: true });
  return code + "\n";
}

function css(source) {
  return source
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/\s*([{};,>])\s*/g, "$1")
    .replace(/:\s+/g, ":")
    .replaceAll(";}", "}")
    .trim();
}
