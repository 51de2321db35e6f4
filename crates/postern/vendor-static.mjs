// Writes the fonts and icons of static/ from their packages. Run it with `node crates/postern/vendor-static.mjs` after a change
// of a version or of the list of icons. Nothing of it runs when Postern is built.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGES = {
  "@fontsource-variable/inter": "5.3.0",
  "@fontsource-variable/jetbrains-mono": "5.3.0",
  "lucide-static": "1.62.0",
};

const FILES = {
  "@fontsource-variable/inter": {
    "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    LICENSE: "inter.LICENSE.txt",
  },
  "@fontsource-variable/jetbrains-mono": {
    "files/jetbrains-mono-latin-wght-normal.woff2": "jetbrains-mono-latin.woff2",
    LICENSE: "jetbrains-mono.LICENSE.txt",
  },
  "lucide-static": { LICENSE: "lucide.LICENSE.txt" },
};

// One icon, one meaning. A test holds the templates to this list.
const ICONS = `
  arrow-up-right badge-check ban book-open check chevron-right circle-alert circle-check circle-x code copy eye-off
  download fingerprint hourglass inbox info key-round keyboard laptop layout-dashboard life-buoy list-todo lock log-in log-out mail menu message-square-text notebook-text
  octagon-alert pencil plus rectangle-ellipsis sticky-note phone-call phone-missed scroll-text search siren smartphone stamp ticket trash-2 triangle-alert user-round
  users
`.trim().split(/\s+/);

const here = import.meta.dirname;
const target = (name) => join(here, "static", name);
const scratch = mkdtempSync(join(tmpdir(), "postern-vendor-"));

const unpack = (name, version) => {
  const packed = execFileSync("npm", ["pack", "--silent", `${name}@${version}`], { cwd: scratch, encoding: "utf8" }).trim();
  execFileSync("tar", ["xzf", packed], { cwd: scratch });
  const folder = join(scratch, packed.replace(/\.tgz$/, ""));
  execFileSync("mv", ["package", folder], { cwd: scratch });
  return folder;
};

const symbol = (folder, name) => {
  const svg = readFileSync(join(folder, "icons", `${name}.svg`), "utf8");
  const shapes = svg.replace(/<!--.*?-->/gs, "").replace(/^\s*<svg[^>]*>/s, "").replace(/<\/svg>\s*$/s, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
};

try {
  for (const [name, version] of Object.entries(PACKAGES)) {
    const folder = unpack(name, version);
    for (const [from, to] of Object.entries(FILES[name])) copyFileSync(join(folder, from), target(to));
    if (name === "lucide-static") {
      const symbols = ICONS.map((icon) => symbol(folder, icon));
      const head = `<!-- lucide-static ${version}, ISC: see lucide.LICENSE.txt -->`;
      writeFileSync(target("icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${head}\n${symbols.join("\n")}\n</svg>\n`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
